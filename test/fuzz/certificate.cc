// Certificate messages and certificates of any bytes: views stay inside, walks end at their limits.
#include "lib/x509/certificate.h"
#include "lib/base/check.h"
#include "lib/tls/chain.h"

using namespace pellucid;
using namespace pellucid::tls;
using namespace pellucid::x509;

namespace {

bool inside(Bytes part, Bytes whole) noexcept {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_certificate(Bytes der) noexcept {
  const Result<Certificate> c = read_certificate(der);
  if (!c) return;
  for (const Bytes part :
       {c->der, c->serial, c->issuer, c->subject, c->common_name, c->not_before, c->not_after, c->public_key}) {
    CHECK(inside(part, der));
  }
  CHECK(!c->issuer.empty() && c->issuer[0] == kDerSequence && inside(c->common_name, c->subject));
  std::size_t sum = 0;
  DnsNames names(*c);
  for (Bytes name; names.next(name); sum += 2 + name.size()) CHECK(inside(name, der));
  CHECK(sum <= c->alt_names.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes in(data, size);
  check_certificate(in);
  for (const ChainForm form : {ChainForm::tls12, ChainForm::tls13}) {
    Chain chain(in, form);
    unsigned count = 0;
    for (Bytes der; chain.next(der); ++count) {
      CHECK(inside(der, in));
      check_certificate(der);
    }
    CHECK(count <= kMaxChain);
  }
  return 0;
}

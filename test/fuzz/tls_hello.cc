// Hellos of any bytes: views stay inside them, walks end, and a probe once sure stays sure.
#include "lib/base/check.h"
#include "lib/tls/fingerprint.h"
#include "lib/tls/hello.h"
#include "lib/tls/record.h"

using namespace pellucid;
using namespace pellucid::tls;

namespace {

bool inside(Bytes part, Bytes whole) noexcept {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void walk(Bytes whole, Bytes extensions) noexcept {
  std::size_t sum = 0;
  Extensions list(extensions);
  for (Extension e{}; list.next(e); sum += 4 + e.body.size()) CHECK(inside(e.body, whole));
  CHECK(sum <= extensions.size());
  CHECK(!list.ok() || sum == extensions.size());
}

void check_client(Bytes in) {
  for (const Result<ClientHello>& h : {read_client_hello(in), read_v2_client_hello(in)}) {
    if (!h) continue;
    for (const Bytes part :
         {h->random, h->session_id, h->ciphers.raw, h->extensions, h->sni, h->alpn, h->versions.raw, h->groups.raw,
          h->point_formats, h->signatures.raw, h->key_shares, h->psk_modes, h->ech_body, h->v2_ciphers}) {
      CHECK(inside(part, in));
    }
    walk(in, h->extensions);
    for (KeyShares shares(h->key_shares);;) {
      KeyShare share{};
      if (!shares.next(share)) break;
      CHECK(inside(share.key, in));
    }
    CHECK(!is_grease(h->real_version()) || h->real_version() == h->version);
    CHECK(ja3(*h).empty() == (h->v2 || h->malformed));
    const Ja4 parts = read_ja4(*h, Carrier::tcp);
    CHECK(parts.head.size() == 10);
    for (const char c : parts.head) CHECK(c >= '0' && c <= 'z');
  }
}

void check_server(Bytes in) {
  const Result<ServerHello> h = read_server_hello(in);
  if (!h) return;
  CHECK(inside(h->alpn, in) && inside(h->session_id, in));
  walk(in, h->extensions);
  CHECK(ja3s(*h).empty() == h->malformed);
}

void check_probe(Bytes in) noexcept {
  Probe last = Probe::unsure;
  for (std::size_t n = 0; n <= in.size() && n < 256; ++n) {
    const Probe now = probe(in.first(n));
    CHECK(last != Probe::no || now == Probe::no);
    CHECK(last != Probe::yes || now != Probe::unsure);
    last = now;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes in(data, size);
  check_client(in);
  check_server(in);
  check_probe(in);
  return 0;
}

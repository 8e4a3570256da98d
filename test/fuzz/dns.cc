// DNS messages: probe, names, every section and every form of data. The first four octets of the input are the ports.
#include "lib/base/check.h"
#include "lib/base/cursor.h"
#include "lib/dns/data.h"
#include "lib/dns/message.h"
#include "lib/dns/name.h"
#include "lib/dns/probe.h"
#include "lib/dns/text.h"

namespace {

using namespace pellucid;

void check_name(const dns::Name& name) {
  CHECK(name.size <= dns::kMaxText && name.labels < dns::kMaxLabels);
  for (const char c : name.view()) CHECK(c > 0x20 && c < 0x7f);
}

void check_data(const dns::Message& m, const dns::Record& r) {
  dns::Soa soa;
  dns::Srv srv;
  dns::Service service;
  if (dns::read_soa(m, r, soa) == Err::none) {
    check_name(soa.mname);
    check_name(soa.rname);
  }
  if (dns::read_srv(m, r, srv) == Err::none) check_name(srv.target);
  if (dns::read_service(m, r, service) == Err::none) CHECK(service.parameters.size() + 3 <= r.data.size());
  const Result<dns::Caa> caa = dns::read_caa(r);
  if (caa) CHECK(caa->tag.size() + caa->value.size() + 2 == r.data.size());
  if (dns::form_of(r) == dns::Form::sshfp) CHECK(dns::read_sshfp(r));
  std::string text;
  dns::write_data(text, m, r);
  CHECK(text.empty() || dns::form_of(r) == dns::Form::text);
  CHECK(text.size() <= dns::kMaxText + r.data.size() + 8);
}

void check_message(Bytes bytes) {
  const Result<dns::Message> m = dns::read_message(bytes);
  CHECK(static_cast<bool>(m) == (bytes.size() >= dns::kHeaderSize));
  if (!m) return;
  dns::Questions questions(*m);
  dns::Question q{};
  dns::Name name;
  unsigned n = 0;
  while (questions.next(q)) {
    ++n;
    const Result<std::size_t> after = dns::read_name(bytes, q.name_at, name);
    if (after) CHECK(*after == *dns::skip_name(bytes, q.name_at));
    check_name(name);
  }
  CHECK((questions.err() == Err::none) == (n == m->header.count[0]) && questions.at() <= bytes.size());
  dns::Records records(*m);
  dns::Record r{};
  for (n = 0; records.next(r); ++n) {
    CHECK(r.data_at + r.data.size() == records.at() && records.at() <= bytes.size());
    if (dns::read_name(bytes, r.name_at, name)) check_name(name);
    check_data(*m, r);
  }
  CHECK(n <= dns::kMaxRecords);
  static_cast<void>(dns::full_rcode(*m));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Cursor in({data, size});
  const dns::Ports ports{in.u16(), in.u16()};
  const Bytes bytes = in.rest();
  check_message(bytes);
  dns::Glance glance;
  const Err err = dns::glance(bytes, glance);
  check_name(glance.name);
  const Probe probe = dns::probe(bytes, ports);
  CHECK(probe != Probe::unsure);
  if (probe == Probe::yes && dns::read_message(bytes)->header.count[0] != 0) CHECK(err == Err::none);
  if (dns::probe(bytes, {0, 0}) == Probe::yes) CHECK(ports.sport == 137 || ports.dport == 137 || probe == Probe::yes);
  return 0;
}

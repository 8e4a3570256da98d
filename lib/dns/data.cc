#include "lib/dns/data.h"

#include "lib/base/cursor.h"

namespace pellucid::dns {

namespace {

// A name inside the data must end within it.
Result<std::size_t> name_within(const Message& m, const Record& r, std::size_t at, Name& out) noexcept {
  const Result<std::size_t> after = read_name(m.bytes, at, out);
  if (!after) return after.err();
  if (*after > r.data_at + r.data.size()) return Err::bad_length;
  return after;
}

}  // namespace

Form form_of(const Record& r) noexcept {
  switch (r.type) {
    case kA:
      return r.data.size() == 4 ? Form::address : Form::none;
    case kAaaa:
      return r.data.size() == 16 ? Form::address : Form::none;
    case kNs:
    case kCname:
    case kPtr:
    case kMx:
    case kTxt:
    case kDname:
    case kSvcb:
    case kHttps:
    case kCaa:
      return r.data.empty() ? Form::none : Form::text;
    case kSoa:
      return Form::soa;
    case kSrv:
      return Form::srv;
    case kSshfp:
      return r.data.size() > 2 ? Form::sshfp : Form::none;
    default:
      return Form::none;
  }
}

Err read_soa(const Message& m, const Record& r, Soa& out) noexcept {
  const Result<std::size_t> second = name_within(m, r, r.data_at, out.mname);
  if (!second) return second.err();
  const Result<std::size_t> numbers = name_within(m, r, *second, out.rname);
  if (!numbers) return numbers.err();
  Cursor in(r.data.subspan(*numbers - r.data_at));
  out.serial = in.u32();
  out.refresh = in.u32();
  out.retry = in.u32();
  out.expire = in.u32();
  out.minimum = in.u32();
  return in.ok() ? Err::none : Err::truncated;
}

Err read_srv(const Message& m, const Record& r, Srv& out) noexcept {
  Cursor in(r.data);
  out.priority = in.u16();
  out.weight = in.u16();
  out.port = in.u16();
  if (!in.ok()) return Err::truncated;
  return name_within(m, r, r.data_at + in.offset(), out.target).err();
}

Result<Sshfp> read_sshfp(const Record& r) noexcept {
  Cursor in(r.data);
  const Sshfp f{in.u8(), in.u8(), in.rest()};
  if (!in.ok() || f.fingerprint.empty()) return Err::truncated;
  return f;
}

Err read_service(const Message& m, const Record& r, Service& out) noexcept {
  Cursor in(r.data);
  out.priority = in.u16();
  if (!in.ok()) return Err::truncated;
  const Result<std::size_t> after = name_within(m, r, r.data_at + in.offset(), out.target);
  if (!after) return after.err();
  out.parameters = r.data.subspan(*after - r.data_at);
  return Err::none;
}

Result<Caa> read_caa(const Record& r) noexcept {
  Cursor in(r.data);
  const Caa caa{in.u8(), as_text(in.take8()), as_text(in.rest())};
  if (!in.ok() || caa.tag.empty()) return Err::truncated;
  return caa;
}

Err read_target(const Message& m, const Record& r, Name& out) noexcept {
  const std::size_t skip = r.type == kMx ? 2 : 0;
  if (r.data.size() <= skip) return Err::truncated;
  return name_within(m, r, r.data_at + skip, out).err();
}

unsigned full_rcode(const Message& m) noexcept {
  Records records(m);
  Record r{};
  while (records.next(r)) {
    if (r.type == kOpt && r.section == Section::additional) return (r.ttl >> 24) << 4 | m.header.rcode();
  }
  return m.header.rcode();
}

}  // namespace pellucid::dns

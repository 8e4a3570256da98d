#include "lib/dns/message.h"

#include "lib/base/cursor.h"

namespace pellucid::dns {

Result<Message> read_message(Bytes bytes) noexcept {
  Cursor in(bytes);
  Message m{};
  m.header.id = in.u16();
  m.header.flags = in.u16();
  for (std::uint16_t& count : m.header.count) count = in.u16();
  if (!in.ok()) return Err::truncated;
  m.bytes = bytes;
  return m;
}

bool Questions::next(Question& out) noexcept {
  if (left_ == 0) return false;
  const Result<std::size_t> after = skip_name(message_, at_);
  if (!after) {
    err_ = after.err();
    left_ = 0;
    return false;
  }
  Cursor in(message_.subspan(*after));
  out.name_at = at_;
  out.type = in.u16();
  out.klass = in.u16();
  if (!in.ok()) {
    err_ = Err::truncated;
    left_ = 0;
    return false;
  }
  at_ = *after + in.offset();
  --left_;
  return true;
}

Records::Records(const Message& m) noexcept
    : message_(m.bytes), left_{m.header.count[1], m.header.count[2], m.header.count[3]} {
  Questions questions(m);
  Question q{};
  while (questions.next(q)) {
  }
  err_ = questions.err();
  at_ = questions.at();
}

bool Records::next(Record& out) noexcept {
  while (section_ < 3 && left_[section_] == 0) ++section_;
  if (section_ == 3 || err_ != Err::none) return false;
  const Result<std::size_t> after = total_ < kMaxRecords ? skip_name(message_, at_) : Result<std::size_t>(Err::too_long);
  if (!after) {
    err_ = after.err();
    return false;
  }
  Cursor in(message_.subspan(*after));
  out.section = static_cast<Section>(section_);
  out.name_at = at_;
  out.type = in.u16();
  out.klass = in.u16();
  out.ttl = in.u32();
  const std::uint16_t length = in.u16();
  out.data_at = *after + in.offset();
  out.data = in.take(length);
  if (!in.ok()) {
    err_ = Err::truncated;
    return false;
  }
  at_ = *after + in.offset();
  --left_[section_];
  ++total_;
  return true;
}

Err glance(Bytes message, Glance& out) noexcept {
  out.id = out.type = 0;
  out.response = out.rcode = 0;
  out.name.size = 0;
  out.name.labels = out.name.unprintable = 0;
  const Result<Message> m = read_message(message);
  if (!m) return m.err();
  out.id = m->header.id;
  out.response = m->header.response() ? 1 : 0;
  out.rcode = static_cast<std::uint8_t>(m->header.rcode());
  Questions questions(*m);
  Question q{};
  if (questions.next(q)) {
    out.type = q.type;
    return read_name(message, q.name_at, out.name).err();
  }
  if (questions.err() != Err::none) return questions.err();
  Records records(*m);
  Record r{};
  if (!records.next(r)) return records.err();
  return read_name(message, r.name_at, out.name).err();
}

}  // namespace pellucid::dns

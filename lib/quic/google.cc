#include "lib/quic/google.h"

#include <algorithm>

#include "lib/quic/version.h"

namespace pellucid::quic {
namespace {

constexpr std::uint8_t kHasVersion = 0x01, kHasId = 0x08;
constexpr std::size_t kHash = 12;  // of an unencrypted packet, before its frames
constexpr std::uint8_t kStream = 0x80, kStreamHasSize = 0x20;

std::uint32_t little(Bytes b) noexcept {
  std::uint32_t v = 0;
  for (std::size_t i = b.size(); i > 0; --i) v = v << 8 | b[i - 1];
  return v;
}

// Flags, id, version, packet number: up to the hash. Two forms: the public header, and from Q044 on one like the IETF's.
std::uint32_t read_head(Cursor& in) noexcept {
  const std::uint8_t flags = in.u8();
  if ((flags & 0x80) != 0) {
    const std::uint32_t version = in.u32();
    const std::uint8_t sizes = in.u8();  // of both ids, four bits each: none, or three octets less than there are
    in.skip((sizes >> 4) == 0 ? 0 : (sizes >> 4) + 3u);
    in.skip((sizes & 15) == 0 ? 0 : (sizes & 15) + 3u);
    in.skip((flags & 3) + 1u);
    return version;
  }
  if ((flags & (kHasVersion | kHasId)) != (kHasVersion | kHasId) || (flags & 0xc0) != 0) in.fail();
  in.skip(8);
  const std::uint32_t version = in.u32();
  constexpr std::uint8_t kNumber[] = {1, 2, 4, 6};
  in.skip(kNumber[flags >> 4 & 3]);
  return version;
}

// The data of a stream frame: 1 f d ooo ss (fin, has a size, octets of the offset, of the id).
Bytes read_stream(Cursor& in) noexcept {
  const std::uint8_t type = in.u8();
  if ((type & kStream) == 0) return {};
  in.skip((type & 3) + 1u);
  const unsigned offset = type >> 2 & 7;
  in.skip(offset == 0 ? 0 : offset + 1);
  return (type & kStreamHasSize) != 0 ? in.take16() : in.rest();
}

}  // namespace

bool is_google(Bytes datagram) noexcept {
  Cursor in(datagram);
  const std::uint32_t version = read_head(in);
  return in.ok() && is_gquic(version) && find_version(version) == nullptr;
}

Result<GooglePacket> read_google(Bytes datagram) noexcept {
  Cursor in(datagram);
  GooglePacket p{read_head(in), {}};
  if (!in.ok() || !is_gquic(p.version)) return Err::not_mine;
  in.skip(kHash);
  const Bytes data = read_stream(in);
  if (in.ok() && as_text(data).starts_with("CHLO")) p.hello = data.first(std::min(data.size(), kMaxGoogle));
  return p;
}

std::size_t size_of_hello(Bytes stream) noexcept {
  Cursor in(stream);
  if (as_text(in.take(4)) != "CHLO") return 0;
  const std::uint32_t tags = little(in.take(2));
  in.skip(2);
  const Bytes heads = in.take(std::size_t{tags} * 8);
  if (!in.ok()) return 0;
  const std::size_t values = tags == 0 ? 0 : little(heads.last(4));
  return in.offset() + values;
}

Tags::Tags(Bytes hello) noexcept : heads_({}) {
  Cursor in(hello);
  in.skip(4);
  const std::uint32_t count = std::min<std::uint32_t>(little(in.take(2)), kMaxTags);
  const std::uint32_t all = in.ok() ? little(hello.subspan(4, 2)) : 0;
  in.skip(2);
  const Bytes heads = in.take(std::size_t{all} * 8);
  values_ = in.rest();
  heads_ = Cursor(heads.first(std::min<std::size_t>(heads.size(), std::size_t{count} * 8)));
}

bool Tags::next(Tag& out) noexcept {
  const Bytes name = heads_.take(4);
  const Bytes end = heads_.take(4);
  if (!heads_.ok()) return false;
  const std::uint32_t to = little(end);
  if (to < begin_ || to > values_.size()) {
    heads_.fail();
    return false;
  }
  out.name = as_text(name);
  while (!out.name.empty() && out.name.back() == '\0') out.name.remove_suffix(1);
  out.value = values_.subspan(begin_, to - begin_);
  begin_ = to;
  return true;
}

}  // namespace pellucid::quic

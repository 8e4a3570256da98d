// Wire: writes DNS messages for tests, right or wrong ones. Single-threaded.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "lib/base/bytes.h"

namespace pellucid::dns {

class Wire {
 public:
  Wire(std::uint16_t id, std::uint16_t flags, std::initializer_list<unsigned> counts) {
    u16(id).u16(flags);
    for (const unsigned count : counts) u16(count);
  }
  Wire& u8(unsigned v) {
    bytes_ += static_cast<char>(v);
    return *this;
  }
  Wire& u16(unsigned v) { return u8(v >> 8 & 255).u8(v & 255); }
  Wire& u32(std::uint32_t v) { return u16(v >> 16).u16(v & 0xffff); }
  Wire& raw(std::string_view s) {
    bytes_ += s;
    return *this;
  }
  Wire& name(std::string_view dotted) {
    while (!dotted.empty()) {
      const std::string_view label = dotted.substr(0, dotted.find('.'));
      u8(static_cast<unsigned>(label.size())).raw(label);
      dotted.remove_prefix(std::min(label.size() + 1, dotted.size()));
    }
    return u8(0);
  }
  Wire& question(std::string_view dotted, unsigned type, unsigned klass = 1) { return name(dotted).u16(type).u16(klass); }
  // A record whose name points to the first question.
  Wire& record(unsigned type, std::string_view data, std::uint32_t ttl = 60, unsigned klass = 1) {
    return u16(0xc00c).u16(type).u16(klass).u32(ttl).u16(static_cast<unsigned>(data.size())).raw(data);
  }
  std::size_t size() const { return bytes_.size(); }
  const std::string& text() const { return bytes_; }
  Bytes bytes() const { return as_bytes(bytes_); }
  std::string framed() const {
    return std::string{static_cast<char>(bytes_.size() >> 8), static_cast<char>(bytes_.size() & 255)} + bytes_;
  }

 private:
  std::string bytes_;
};

inline Wire query(std::string_view name, unsigned type = 1) {
  Wire w(0x1234, 0x0100, {1, 0, 0, 0});
  w.question(name, type);
  return w;
}
inline std::string octets(std::initializer_list<int> list) {
  std::string s;
  for (const int octet : list) s += static_cast<char>(octet);
  return s;
}

}  // namespace pellucid::dns

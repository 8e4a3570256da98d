#include "drivers/io/file/words.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace pellucid::io {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void write_hex(std::string& out, std::uint8_t octet) {
  out += kHexDigits[octet >> 4];
  out += kHexDigits[octet & 0xf];
}

bool is_control(std::string_view name, std::size_t i) {
  const auto octet = static_cast<std::uint8_t>(name[i]);
  if (octet < 0x20 || octet == 0x7f) return true;
  const auto is_c1 = [&](std::size_t lead) {  // U+0080 to U+009F: c2 80 to c2 9f
    return lead + 1 < name.size() && static_cast<std::uint8_t>(name[lead]) == 0xc2 &&
           static_cast<std::uint8_t>(name[lead + 1]) < 0xa0;
  };
  return is_c1(i) || (i > 0 && is_c1(i - 1));
}

struct Packer {
  std::array<std::uint8_t, 4> magic;
  unsigned size;
  std::string_view name;
  std::string_view command;
};
constexpr std::array kPackers{
    Packer{{0x28, 0xb5, 0x2f, 0xfd}, 4, "zstd", "zstd -d"},
    Packer{{0xfd, '7', 'z', 'X'}, 4, "xz", "xz -d"},
    Packer{{'B', 'Z', 'h', 0}, 3, "bzip2", "bzip2 -d"},
    Packer{{0x04, 0x22, 0x4d, 0x18}, 4, "lz4", "lz4 -d"},
    Packer{{'P', 'K', 3, 4}, 4, "zip", "unzip"},
};

}  // namespace

std::string shown(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (is_control(name, i)) {
      out += "\\x";
      write_hex(out, static_cast<std::uint8_t>(name[i]));
    } else {
      out += name[i];
    }
  }
  return out;
}

std::string refusal(int error) {
  if (error == ENOENT || error == ENOTDIR) return "no such file; check the path";
  if (error == EACCES || error == EPERM) return "permission denied; let this user read it";
  if (error == EISDIR) return "is a directory; name a capture file in it";
  return std::string("cannot be opened: ") + std::strerror(error);
}

std::string not_a_capture(Bytes first) {
  for (const Packer& p : kPackers) {
    if (first.size() >= p.size && std::equal(p.magic.begin(), p.magic.begin() + p.size, first.begin())) {
      return std::string("is packed with ").append(p.name) + "; unpack it first (" + std::string(p.command) + ")";
    }
  }
  std::string begin;
  for (const std::uint8_t octet : first.first(std::min<std::size_t>(first.size(), 8))) {
    begin += ' ';
    write_hex(begin, octet);
  }
  return "is not a capture (it begins with" + begin + "); give a pcap or pcapng file, plain or gzip";
}

std::string_view reason(Err e) noexcept {
  switch (e) {
    case Err::truncated:
      return "the file ends inside a packet or block: it was cut, or is still being written";
    case Err::too_long:
      return "a packet or block is longer than any can be";
    case Err::bad_length:
      return "a block's length contradicts what is around it";
    case Err::bad_version:
      return "a version of the format that is not known";
    case Err::bad_value:
      return "a packet of an interface that the file does not describe, or a broken section header";
    case Err::unsupported:
      return "an interface's time resolution is too fine to be read";
    case Err::full:
      return "a section describes too many interfaces";
    default:
      return label(e);
  }
}

}  // namespace pellucid::io

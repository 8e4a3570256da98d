// Reader: reads one of our own JSON texts field by field, in the order and form in which it was written; anything else makes it
// fail for good. On the stack of whoever reads.
#pragma once
#include <algorithm>
#include <charconv>
#include <string_view>

#include "lib/base/bytes.h"

namespace pellucid::audit {

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void expect(std::string_view text) {
    if (ok_ && rest_.starts_with(text)) {
      rest_.remove_prefix(text.size());
    } else {
      ok_ = false;
    }
  }
  void key(std::string_view name) {
    expect("\"");
    expect(name);
    expect("\":");
  }
  std::uint64_t number(std::string_view name) {
    key(name);
    std::uint64_t value = 0;
    const auto read = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const auto size = static_cast<std::size_t>(read.ptr - rest_.data());
    ok_ = ok_ && read.ec == std::errc{} && (rest_[0] != '0' || size == 1);
    if (ok_) rest_.remove_prefix(size);
    return value;
  }
  // Up to the quote that ends it; escapes stay as they are.
  std::string_view text(std::string_view name) {
    key(name);
    expect("\"");
    std::size_t end = 0;
    while (ok_ && end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (!ok_ || end >= rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view found = rest_.substr(0, end);
    ok_ = std::ranges::none_of(found, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    rest_.remove_prefix(end + 1);
    return found;
  }
  void hex(std::string_view name, MutBytes out) { read_hex(text(name), out); }
  void read_hex(std::string_view digits, MutBytes out) {
    ok_ = ok_ && digits.size() == 2 * out.size();
    for (std::size_t i = 0; ok_ && i < out.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]));
    }
  }
  std::size_t left() const { return rest_.size(); }
  bool done() const { return ok_ && rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  unsigned digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    ok_ = false;
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace pellucid::audit

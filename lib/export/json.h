// Json: writes one JSON text at the end of a string; commas are its own business, and whatever bytes a value holds, what
// comes out is valid UTF-8 and valid JSON. Owned by whoever writes the record, on its stack.
#pragma once
#include <charconv>
#include <string>

#include "lib/base/bytes.h"

namespace pellucid::exporter {

// Appends `bytes` as the inside of a JSON string: quotes, backslashes and control characters (C0, DEL, C1) escaped, each
// maximal part of a broken UTF-8 sequence as one U+FFFD (Unicode 15, 3.9, table 3-7 and "U+FFFD substitution").
void write_escaped(std::string& out, std::string_view bytes) noexcept;

class Json {
 public:
  explicit Json(std::string& out) noexcept : out_(out), start_(out.size()) {}

  // A key is ours, plain ASCII without quotes; what follows is its value.
  Json& key(std::string_view name) noexcept {
    comma();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return *this;
  }
  void open_object() noexcept { open('{'); }
  void open_array() noexcept { open('['); }
  void close_object() noexcept { out_ += '}'; }
  void close_array() noexcept { out_ += ']'; }
  void open_object(std::string_view name) noexcept { key(name).open_object(); }
  void open_array(std::string_view name) noexcept { key(name).open_array(); }

  void text(std::string_view value) noexcept {
    comma();
    out_ += '"';
    write_escaped(out_, value);
    out_ += '"';
  }
  void number(std::uint64_t value) noexcept {
    comma();
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, static_cast<std::size_t>(end - digits));
  }
  void text(std::string_view name, std::string_view value) noexcept { key(name).text(value); }
  void number(std::string_view name, std::uint64_t value) noexcept { key(name).number(value); }
  void yes(std::string_view name) noexcept { key(name).out_ += "true"; }
  void no(std::string_view name) noexcept { key(name).out_ += "false"; }

  // A value whose text is made by `write(std::string&)` and needs no escaping: times, addresses, hexadecimal.
  template <class Write>
  void made(std::string_view name, Write&& write) noexcept {
    key(name).made(write);
  }
  template <class Write>
  void made(Write&& write) noexcept {
    comma();
    out_ += '"';
    write(out_);
    out_ += '"';
  }

  // An object or array that may stay empty: mark() before it is opened, drop_if_empty() instead of closing it.
  std::size_t mark() const noexcept { return out_.size(); }
  void close_or_drop(std::size_t mark, char close) noexcept {
    if (out_.back() == '{' || out_.back() == '[') {
      out_.resize(mark);
    } else {
      out_ += close;
    }
  }
  void close_object_or_drop(std::size_t mark) noexcept { close_or_drop(mark, '}'); }
  void close_array_or_drop(std::size_t mark) noexcept { close_or_drop(mark, ']'); }

 private:
  // What stands last tells whether a value came before: strings end in a quote, numbers in a digit, literals in a letter.
  void comma() noexcept {
    if (out_.size() == start_) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':') out_ += ',';
  }
  void open(char bracket) noexcept {
    comma();
    out_ += bracket;
  }

  std::string& out_;
  const std::size_t start_;  // what stands before is another text
};

}  // namespace pellucid::exporter

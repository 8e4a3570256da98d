#include "lib/dns/text.h"

#include <charconv>

#include "lib/base/cursor.h"
#include "lib/dns/codes.h"

namespace pellucid::dns {

namespace {

void write_number(std::string& out, unsigned number) noexcept {
  char digits[12];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end.ptr);
}

void write_code(std::string& out, std::string_view name, unsigned number) noexcept {
  if (name.empty()) {
    write_number(out, number);
    return;
  }
  out.append(name);
}

void write_strings(std::string& out, Bytes data) noexcept {  // RFC 1035 3.3.14: character strings behind one-octet lengths
  Cursor in(data);
  while (in.left() > 0) {
    const std::string_view text = as_text(in.take8());
    if (!in.ok()) return;
    out.append(text);
  }
}

void write_service(std::string& out, const Message& m, const Record& r) noexcept {
  Service service;
  if (read_service(m, r, service) != Err::none) return;
  write_number(out, service.priority);
  out.push_back(' ');
  out.append(service.target.size == 0 ? std::string_view(".") : service.target.view());
}

void write_caa(std::string& out, const Record& r) noexcept {
  const Result<Caa> caa = read_caa(r);
  if (!caa) return;
  write_number(out, caa->flags);
  out.push_back(' ');
  out.append(caa->tag);
  out.append(" \"");
  out.append(caa->value);
  out.push_back('"');
}

}  // namespace

void write_type(std::string& out, std::uint16_t type) noexcept { write_code(out, type_name(type), type); }
void write_rcode(std::string& out, unsigned rcode) noexcept { write_code(out, rcode_name(rcode), rcode); }

void write_name(std::string& out, const Message& m, std::size_t at) noexcept {
  Name name;
  if (read_name(m.bytes, at, name)) out.append(name.view());
}

void write_data(std::string& out, const Message& m, const Record& r) noexcept {
  if (form_of(r) != Form::text) return;
  if (r.type == kTxt) return write_strings(out, r.data);
  if (r.type == kSvcb || r.type == kHttps) return write_service(out, m, r);
  if (r.type == kCaa) return write_caa(out, r);
  Name name;
  if (read_target(m, r, name) == Err::none) out.append(name.view());
}

}  // namespace pellucid::dns

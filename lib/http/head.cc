#include "lib/http/head.h"

#include <algorithm>

namespace pellucid::http {

namespace {

constexpr std::string_view kVersion = "HTTP/1.";

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
constexpr bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool blank(char c) noexcept { return c == ' ' || c == '\t'; }
constexpr bool token(char c) noexcept {  // RFC 9110 5.6.2
  return digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string_view trim(std::string_view s) noexcept {
  const auto white = [](char c) { return blank(c) || c == '\r' || c == '\n'; };
  while (!s.empty() && white(s.front())) s.remove_prefix(1);
  while (!s.empty() && white(s.back())) s.remove_suffix(1);
  return s;
}

std::string_view without_end(std::string_view line) noexcept {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// Takes what stands before the first space and leaves what stands behind it.
std::string_view take_word(std::string_view& line) noexcept {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

bool version_like(std::string_view word) noexcept {
  return word.size() == kVersion.size() + 1 && word.substr(0, kVersion.size()) == kVersion && digit(word.back());
}

Result<Head> read_response(std::string_view line, Head head) noexcept {
  head.kind = Kind::response;
  head.version = take_word(line);
  const std::string_view code = take_word(line);
  if (!version_like(head.version) || code.size() != 3 || !std::all_of(code.begin(), code.end(), digit)) return Err::bad_value;
  head.status = static_cast<std::uint16_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
  head.reason = trim(line);
  return head;
}

Result<Head> read_request(std::string_view line, Head head) noexcept {
  head.kind = Kind::request;
  head.method = take_word(line);
  const std::size_t space = line.rfind(' ');  // a target with spaces in it is wrong, and seen
  if (space != std::string_view::npos && version_like(line.substr(space + 1))) {
    head.version = line.substr(space + 1);
    line = line.substr(0, space);
  }
  head.target = trim(line);
  return head;
}

// host, host:port, [v6], [v6]:port, each perhaps behind user@ (RFC 3986 3.2).
Authority split_authority(std::string_view text) noexcept {
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) text.remove_prefix(at + 1);
  Authority out{text, 0};
  std::size_t colon = text.rfind(':');
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = std::min(text.find(']'), text.size());
    out.host = text.substr(1, end - 1);
    colon = end + 1 < text.size() && text[end + 1] == ':' ? end + 1 : std::string_view::npos;
  } else if (colon != std::string_view::npos) {
    out.host = text.substr(0, colon);
  }
  if (colon == std::string_view::npos) return out;
  unsigned port = 0;
  for (const char c : text.substr(colon + 1, 6))
    port = digit(c) && port <= 65535 ? port * 10 + static_cast<unsigned>(c - '0') : 65536;
  out.port = port <= 65535 ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
  return out;
}

// A control character that is no tab. Without an early end, so that the compiler makes vectors of it: nearly every line is read
// to its end anyway.
bool has_control(std::string_view text) noexcept {
  std::uint8_t found = 0;
  for (const char c : text) {
    const auto octet = static_cast<std::uint8_t>(c);
    found = static_cast<std::uint8_t>(found | ((octet < 0x20) & (octet != '\t')) | (octet == 0x7f));
  }
  return found != 0;
}

}  // namespace

bool same(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

Result<Head> read_head(Bytes block) noexcept {
  const std::string_view text = as_text(block);
  const std::size_t end = text.find('\n');
  const std::string_view line = without_end(text.substr(0, end));
  Head head{};
  if (end != std::string_view::npos) head.fields = block.subspan(end + 1);
  if (line.substr(0, kVersion.size()) == kVersion) return read_response(line, head);
  if (!begins_request(line)) return Err::bad_value;
  return read_request(line, head);
}

bool Fields::next(Field& out) noexcept {
  for (; read_ < kMaxFields; ++read_) {
    std::size_t end = rest_.find('\n');
    while (end != std::string_view::npos && end + 1 < rest_.size() && blank(rest_[end + 1])) end = rest_.find('\n', end + 1);
    if (end == std::string_view::npos) return false;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    const std::size_t colon = line.find(':');
    const std::string_view name = trim(line.substr(0, std::min(colon, line.size())));
    if (colon == std::string_view::npos || name.empty() || !std::all_of(name.begin(), name.end(), token)) continue;
    out.name = name;
    out.value = trim(line.substr(colon + 1));
    ++read_;
    return true;
  }
  return false;
}

std::string_view field(const Head& head, std::string_view name) noexcept {
  Fields fields(head);
  Field f;
  while (fields.next(f)) {
    if (same(f.name, name)) return f.value;
  }
  return {};
}

Authority authority(const Head& request) noexcept {
  const std::string_view target = request.target;
  if (request.method == "CONNECT") return split_authority(target);
  const std::size_t scheme = target.find("://");
  if (scheme != std::string_view::npos && target.find_first_of("/?#") == scheme + 1) {
    const std::string_view rest = target.substr(scheme + 3);
    return split_authority(rest.substr(0, rest.find_first_of("/?#")));
  }
  return split_authority(field(request, "host"));
}

bool begins_request(std::string_view line) noexcept {
  const std::size_t space = line.substr(0, kMaxMethod + 1).find(' ');
  return space != std::string_view::npos && space > 0 &&
         std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(space), token);
}

bool request_line(std::string_view line) noexcept {
  line = without_end(line);
  const std::size_t space = line.rfind(' ');
  if (!begins_request(line) || has_control(line)) return false;
  return space > line.find(' ') && version_like(line.substr(space + 1));
}

}  // namespace pellucid::http

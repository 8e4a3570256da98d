// The steps of start lines and header blocks.
#include <algorithm>
#include <cstring>

#include "lib/http/steps.h"

namespace pellucid::http {

namespace {

constexpr std::string_view kStatusForm = "HTTP/1.d ddd";  // RFC 9112 4; d: a digit. No octet but the first is an `H`
constexpr std::uint64_t kMaxLength = std::uint64_t{1} << 62;

constexpr bool blank(char c) noexcept { return c == ' ' || c == '\t'; }
constexpr bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool line_end(std::uint8_t c) noexcept { return c == '\r' || c == '\n'; }

// Octets up to and with the next line feed, or all there are.
std::size_t to_line_end(Bytes rest) noexcept {
  const void* at = rest.empty() ? nullptr : std::memchr(rest.data(), '\n', rest.size());
  return at == nullptr ? rest.size() : static_cast<std::size_t>(static_cast<const std::uint8_t*>(at) - rest.data()) + 1;
}

void keep(Work& w, Bytes bytes) noexcept {
  Message& m = w.side().message;
  if ((m.flags & kCut) != 0) return;
  const Bytes some = bytes.first(std::min<std::size_t>(bytes.size(), kMaxHead - m.head.size));
  if (!w.room.spools.append(m.head, some) || some.size() < bytes.size()) m.flags |= kCut;
}

void remember(Side& side, Bytes piece) noexcept {  // the first octets of a line, wherever it is cut
  if (side.line >= kMaxPrefix) return;
  const std::size_t n = std::min<std::size_t>(piece.size(), kMaxPrefix - side.line);
  std::memcpy(side.prefix + side.line, piece.data(), n);
}

std::string_view prefix_of(const Side& side) noexcept { return {side.prefix, std::min<std::size_t>(side.line, kMaxPrefix)}; }

void begin_block(Side& side) noexcept {
  side.step = Step::head;
  side.first = 1;
  side.line = side.block = 0;
  side.length = 0;
  side.framing = Framing::none;
  side.said = Said::nothing;
  side.matched = 0;
}

void start_request(Work& w) noexcept {
  const std::uint8_t c = w.rest.front();
  if (line_end(c)) {  // RFC 9112 2.2: empty lines before a request are ignored
    w.take(1);
    return;
  }
  const bool capital = c >= 'A' && c <= 'Z';
  if (!capital && w.s.connect != 0) {  // the answer was not seen, but the tunnel is there
    w.s.ended = Ended::upgraded;
    return;
  }
  if (!capital) {
    w.side().astray = 1;
    w.side().step = Step::skip_line;
    return;
  }
  if (w.s.count == kMaxWaiting) {
    give_up_oldest(w.s);
    return;
  }
  begin_block(w.side());
}

void begin_response(Work& w) noexcept {
  Side& side = w.side();
  begin_block(side);
  const char* code = side.prefix + kStatusForm.size() - 3;
  side.message.status = static_cast<std::uint16_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
  keep(w, {reinterpret_cast<const std::uint8_t*>(side.prefix), kStatusForm.size()});
  side.line = side.block = static_cast<std::uint32_t>(kStatusForm.size());
}

// Looks for the form of a status line, at any octet: a response seldom begins behind a line end. Since `H` stands only at its
// beginning, an octet that does not fit can only begin it anew.
void start_response(Work& w) noexcept {
  Side& side = w.side();
  while (!w.rest.empty() && w.s.ended == Ended::no) {
    const char c = static_cast<char>(w.rest.front());
    if (side.matched == 0 && side.astray == 0 && line_end(w.rest.front())) {
      w.take(1);
      continue;
    }
    if (w.s.has_done != 0) {
      w.s.forced = 1;
      return;
    }
    const char form = kStatusForm[side.matched];
    if (form == 'd' ? digit(c) : form == c) {
      side.prefix[side.matched++] = c;
      w.take(1);
      if (side.matched == kStatusForm.size()) return begin_response(w);
      continue;
    }
    side.astray = 1;
    const std::size_t dropped = side.matched;
    side.matched = 0;
    skip(w, dropped);
    if (dropped == 0) skip(w, w.take(std::min(as_text(w.rest).find(kStatusForm.front(), 1), w.rest.size())).size());
  }
}

void bad_start(Work& w, std::size_t line_octets, Step next) noexcept {
  Side& side = w.side();
  w.room.spools.clear(side.message.head);
  side.message = Message{};
  side.astray = 1;
  side.step = next;
  side.line = 0;
  skip(w, line_octets);
}

// The whole request line: in one piece, or put together again. Nothing where it is too long to be judged.
std::string_view whole_line(Work& w, Bytes piece) noexcept {
  Side& side = w.side();
  if (side.line > kMaxHead) return {};
  if (side.line == piece.size()) return as_text(piece);
  if ((side.message.flags & kCut) != 0) return {};
  return as_text(w.room.scratch.first(w.room.spools.gather(side.message.head, w.room.scratch.first(side.line))));
}

bool good_request_line(Work& w, Bytes piece) noexcept {
  if (!begins_request(prefix_of(w.side()))) return false;
  const std::string_view line = whole_line(w, piece);
  return line.empty() || request_line(line);
}

void note_method(Side& side) noexcept {
  const std::string_view line = prefix_of(side);
  const std::string_view method = line.substr(0, line.find(' '));
  if (method == "HEAD") side.message.method = Method::head;
  if (method == "CONNECT") side.message.method = Method::connect;
}

void note_length(Side& side, std::string_view value) noexcept {
  std::uint64_t length = 0;
  std::size_t i = 0;
  while (i < value.size() && blank(value[i])) ++i;
  const std::size_t from = i;
  for (; i < value.size() && digit(value[i]) && length < kMaxLength / 10; ++i)
    length = length * 10 + static_cast<unsigned>(value[i] - '0');
  if (i == from || (i < value.size() && digit(value[i])) || side.framing != Framing::none) return;  // the first one counts
  side.length = length;
  side.framing = Framing::length;
}

void note_coding(Side& side, std::string_view value) noexcept {  // RFC 9112 6.1: chunked is last, and wins over a length
  while (!value.empty() && (blank(value.back()) || value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
  if (value.empty()) return;
  constexpr std::string_view kChunked = "chunked";
  const bool chunked = value.size() >= kChunked.size() && same(value.substr(value.size() - kChunked.size()), kChunked);
  side.framing = chunked ? Framing::chunked : Framing::other;
}

void note_field(Side& side) noexcept {
  std::string_view line = prefix_of(side);
  if (!blank(line.front())) {
    side.said = Said::nothing;
    const int first = line.front() | 0x20;
    if (first != 'c' && first != 't') return;  // none of the two fields that count here
    const std::size_t colon = line.find(':');
    std::string_view name = line.substr(0, colon);
    while (!name.empty() && blank(name.back())) name.remove_suffix(1);
    if (colon == std::string_view::npos) return;
    if (same(name, "content-length")) side.said = Said::length;
    if (same(name, "transfer-encoding")) side.said = Said::coding;
    line.remove_prefix(colon + 1);
  }
  if (side.said == Said::length) note_length(side, line);
  if (side.said == Said::coding) note_coding(side, line);
}

void end_start_line(Work& w) noexcept {
  Side& side = w.side();
  side.first = side.astray = 0;
  side.skipped = 0;
  if (w.from_client()) note_method(side);
}

void end_block(Work& w) noexcept {
  Side& side = w.side();
  if (w.from_client()) return begin_request_body(w);
  if (side.message.status >= 200 || side.message.status == 101) {
    side.step = Step::pair;
    return;
  }
  w.room.spools.clear(side.message.head);  // RFC 9110 15.2: the final response is still to come
  side.message = Message{};
  side.step = Step::start;
}

// Adds a piece of a line that is not the empty one. A carriage return that began it waited, for it could have been that one.
void add_piece(Work& w, Bytes piece) noexcept {
  Side& side = w.side();
  if (side.line == 1 && side.prefix[0] == '\r') keep(w, as_bytes("\r"));
  keep(w, piece);
  remember(side, piece);
  side.line += static_cast<std::uint32_t>(piece.size());
  side.block += static_cast<std::uint32_t>(piece.size());
}

}  // namespace

void step_start(Work& w) noexcept {
  if (w.from_client()) return start_request(w);
  start_response(w);
}

void step_skip_line(Work& w) noexcept {
  const Bytes taken = w.take(to_line_end(w.rest));
  if (taken.back() == '\n') w.side().step = Step::start;
  skip(w, taken.size());
}

void step_head(Work& w) noexcept {
  Side& side = w.side();
  const Bytes piece = w.take(to_line_end(w.rest));
  const bool ended = piece.back() == '\n';
  const std::size_t size = side.line + piece.size();
  const std::uint8_t began = side.line > 0 ? static_cast<std::uint8_t>(side.prefix[0]) : piece.front();
  if (ended && (size == 1 || (size == 2 && began == '\r'))) return end_block(w);
  if (size == 1 && began == '\r') {
    side.prefix[0] = '\r';
    side.line = 1;
    return;
  }
  add_piece(w, piece);
  if (side.first != 0 && w.from_client()) {
    const bool bad = ended ? !good_request_line(w, piece) : side.line >= kMaxPrefix && !begins_request(prefix_of(side));
    if (bad) return bad_start(w, side.line, ended ? Step::start : Step::skip_line);
  }
  if (side.block > kMaxHeadRead) return abandon(w);
  if (!ended) return;
  if (side.first != 0) {
    end_start_line(w);
  } else {
    note_field(side);
  }
  side.line = 0;
}

}  // namespace pellucid::http

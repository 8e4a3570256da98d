// The steps of message bodies (RFC 9112 6 and 7).
#include <algorithm>

#include "lib/http/steps.h"

namespace pellucid::http {

namespace {

constexpr std::uint32_t kMaxChunkLine = 16 * 1024;  // a size with its extensions (RFC 9112 7.1.1)
constexpr unsigned kMaxDigits = 15;                 // of a size: beyond, it is none

void begin_chunk_line(Side& side) noexcept {
  side.step = Step::chunk_line;
  side.left = 0;
  side.line = 0;
  side.matched = 0;
  side.said = Said::nothing;
}

int hex(std::uint8_t c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void end_chunk_line(Work& w) noexcept {
  Side& side = w.side();
  if (side.matched == 0) return abandon(w);
  side.step = side.left == 0 ? Step::trailer : Step::chunk;
  side.line = side.block = 0;
}

// RFC 9110 15.2.2, 9.3.6: behind these the connection speaks another protocol.
bool switches(const Session& s, const Message& response) noexcept {
  if (response.status == 101) return true;
  if (s.connect == 0 || response.status < 200 || response.status > 299) return false;
  return s.pair != Pair::front || s.waiting[0].method == Method::connect;
}

bool without_body(const Session& s, const Message& response) noexcept {
  if (response.status == 204 || response.status == 304) return true;
  return s.pair == Pair::front && s.waiting[0].method == Method::head;
}

void begin_response_body(Work& w) noexcept {
  Session& s = w.s;
  Side& side = w.side();
  if (switches(s, side.message)) {
    end_message(w);
    s.ended = Ended::upgraded;
    return;
  }
  if (s.pair == Pair::front && s.waiting[0].method == Method::connect) s.connect = 0;
  if (without_body(s, side.message)) return end_message(w);
  if (side.framing == Framing::chunked) return begin_chunk_line(side);
  if (side.framing != Framing::length) {
    side.step = Step::until_close;
    return;
  }
  side.left = side.length;
  side.step = Step::fixed;
  if (side.left == 0) end_message(w);
}

}  // namespace

void begin_request_body(Work& w) noexcept {
  Side& side = w.side();
  const bool fixed = side.framing == Framing::length && side.length != 0;
  const bool chunked = side.framing == Framing::chunked;
  push_request(w.s, fixed || chunked ? Body::follows : Body::none);
  side.left = side.length;
  side.step = fixed ? Step::fixed : Step::start;
  if (chunked) begin_chunk_line(side);
}

void step_pair(Work& w) noexcept {
  if (pair_response(w.s)) begin_response_body(w);
}

void count_body(Work& w, std::uint64_t n) noexcept {
  if (!w.from_client()) {
    w.side().message.body += n;
  } else if (w.s.reading != kNotReading) {
    w.s.waiting[w.s.reading].body += n;
  }
}

void end_message(Work& w) noexcept {
  w.side().step = Step::start;
  w.side().matched = 0;
  if (w.from_client()) {
    w.s.reading = kNotReading;
  } else {
    end_response(w.s);
  }
}

void count_passed(Work& w, std::uint64_t n) noexcept {
  Side& side = w.side();
  count_body(w, n);
  if (side.step == Step::until_close) return;
  side.left -= n;
  if (side.left != 0) return;
  if (side.step == Step::chunk) {
    side.step = Step::chunk_end;
  } else {
    end_message(w);
  }
}

void step_counted(Work& w) noexcept {
  const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(w.side().left, w.rest.size()));
  w.take(n);
  count_passed(w, n);
}

void step_chunk_line(Work& w) noexcept {
  Side& side = w.side();
  while (!w.rest.empty()) {
    const std::uint8_t c = w.rest.front();
    const bool in_size = side.said == Said::nothing;
    const int value = in_size ? hex(c) : -1;
    const bool ends_size = c == '\r' || c == '\n' || c == ' ' || c == '\t' || c == ';';
    const bool bad =
        in_size && ((value < 0 && (!ends_size || side.matched == 0)) || (value >= 0 && side.matched == kMaxDigits));
    if (bad || ++side.line > kMaxChunkLine) return abandon(w);
    w.take(1);
    count_body(w, 1);
    if (c == '\n') return end_chunk_line(w);
    if (value >= 0) {
      side.left = side.left << 4 | static_cast<unsigned>(value);
      ++side.matched;
    } else {
      side.said = Said::length;
    }
  }
}

void step_chunk_end(Work& w) noexcept {
  const std::uint8_t c = w.rest.front();
  if (c != '\r' && c != '\n') return abandon(w);
  w.take(1);
  count_body(w, 1);
  if (c == '\n') begin_chunk_line(w.side());
}

void step_trailer(Work& w) noexcept {  // RFC 9112 7.1.2: fields that nobody reads, up to the empty line
  Side& side = w.side();
  while (!w.rest.empty()) {
    const std::uint8_t c = w.take(1).front();
    if (c != '\n') {
      if (c != '\r' || side.line != 0) ++side.line;
      if (++side.block > kMaxHeadRead) return abandon(w);
      continue;
    }
    if (side.line == 0) return end_message(w);
    side.line = 0;
  }
}

void step_until_close(Work& w) noexcept { count_body(w, w.take(w.rest.size()).size()); }

void skip(Work& w, std::size_t n) noexcept {
  Side& side = w.side();
  side.skipped += static_cast<std::uint32_t>(std::min<std::size_t>(n, kMaxSkipped));
  if (side.skipped > kMaxSkipped) w.s.ended = Ended::failed;
}

}  // namespace pellucid::http

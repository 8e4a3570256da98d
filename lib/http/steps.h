// Steps: what one direction does with its next octets, by Step. A step takes octets from `rest`, or changes the state so that
// the next one will. For session.cc only.
#pragma once
#include "lib/http/pairs.h"

namespace pellucid::http {

struct Work {
  Session& s;
  Room& room;
  Dir dir;
  Bytes rest;  // not used yet

  Side& side() noexcept { return s.side[index(dir)]; }
  bool from_client() const noexcept { return dir == s.client; }
  Bytes take(std::size_t n) noexcept {
    const Bytes taken = rest.first(n);
    rest = rest.subspan(n);
    return taken;
  }
};

void take_step(Work& w) noexcept;

void step_start(Work& w) noexcept;  // lines.cc
void step_skip_line(Work& w) noexcept;
void step_head(Work& w) noexcept;
void step_pair(Work& w) noexcept;     // body.cc
void step_counted(Work& w) noexcept;  // fixed, chunk
void step_chunk_line(Work& w) noexcept;
void step_chunk_end(Work& w) noexcept;
void step_trailer(Work& w) noexcept;
void step_until_close(Work& w) noexcept;

void begin_request_body(Work& w) noexcept;  // its header block is whole
void count_body(Work& w, std::uint64_t n) noexcept;
void count_passed(Work& w, std::uint64_t n) noexcept;  // octets of a body that were not fed
void end_message(Work& w) noexcept;
// What is being read cannot be followed any further: it ends here, unfinished, and the next start line is looked for.
void abandon(Work& w) noexcept;
// Garbage before a start line: too much of it, and this is no longer HTTP.
void skip(Work& w, std::size_t n) noexcept;

}  // namespace pellucid::http

#include "lib/http/session.h"

#include <algorithm>
#include <array>

#include "lib/http/steps.h"

namespace pellucid::http {

namespace {

// In the order of Step.
constexpr std::array<void (*)(Work&) noexcept, 10> kSteps{step_start,   step_skip_line,  step_head,    step_pair,
                                                          step_counted, step_chunk_line, step_counted, step_chunk_end,
                                                          step_trailer, step_until_close};
static_assert(kSteps.size() == static_cast<std::size_t>(Step::until_close) + 1);

// What was held back while nobody knew who speaks is read now.
void replay_held(Session& s, Room& room) noexcept {
  for (const Dir dir : {Dir::up, Dir::down}) {
    const std::uint8_t held = s.side[index(dir)].held;
    s.side[index(dir)].held = 0;
    if (held == 0) continue;
    Work w{s, room, dir, {&held, 1}};
    for (unsigned i = 0; i < 2 && !w.rest.empty(); ++i) take_step(w);
  }
}

bool capital(std::uint8_t c) noexcept { return c >= 'A' && c <= 'Z'; }

// The first two octets of a start line tell who is the client: `HT` begins a response, no method does. What stands before, the
// end of another protocol's talk, is left out.
bool learn_client(Work& w) noexcept {
  Side& side = w.side();
  while (!w.rest.empty()) {
    const std::uint8_t c = w.rest.front();
    if (side.held != 0 && (capital(c) || c == '-')) {
      w.s.client = side.held == 'H' && c == 'T' ? other(w.dir) : w.dir;
      w.s.client_known = 1;
      replay_held(w.s, w.room);
      return true;
    }
    side.held = capital(c) ? c : std::uint8_t{0};
    w.take(1);
  }
  return false;
}

Event event_at_end(Ended ended) noexcept {
  if (ended == Ended::upgraded) return Event::upgraded;
  return ended == Ended::failed ? Event::failed : Event::more;
}

void lose_in_body(Work& w, std::uint64_t missed) noexcept {
  Side& side = w.side();
  Message* m = !w.from_client() ? &side.message : w.s.reading != kNotReading ? &w.s.waiting[w.s.reading] : nullptr;
  if (m != nullptr) m->flags |= kGap;
  if (side.step == Step::until_close) return count_body(w, missed);
  const bool counted = side.step == Step::fixed || side.step == Step::chunk;
  if (!counted || missed > side.left) {
    if (side.step == Step::fixed && !w.from_client()) side.behind = 1;  // what came next lost its beginning too
    return abandon(w);
  }
  count_passed(w, missed);
}

void close_side(Work& w) noexcept {
  Side& side = w.side();
  if (side.step == Step::start || side.step == Step::skip_line) return;
  if (side.step == Step::until_close) return end_message(w);
  abandon(w);
}

}  // namespace

void take_step(Work& w) noexcept { kSteps[static_cast<std::size_t>(w.side().step)](w); }

void abandon(Work& w) noexcept {
  Session& s = w.s;
  Side& side = w.side();
  const bool head = side.step == Step::head || side.step == Step::pair;
  if (head && side.first != 0) {
    w.room.spools.clear(side.message.head);
    side.message = Message{};
  } else if (w.from_client()) {
    side.message.flags |= kUnfinished;
    if (head) push_request(s, Body::none);
    if (!head && s.reading != kNotReading) s.waiting[s.reading].flags |= kUnfinished;
    side.message = Message{};
    s.reading = kNotReading;
  } else {
    side.message.flags |= kUnfinished;
    if (head && !pair_response(s)) s.ready = Ready::none;  // whose request it is stays open
    end_response(s);
  }
  side.step = Step::start;
  side.astray = 1;
  side.matched = 0;
}

void reset(Session& s) noexcept {
  s = Session{};
  s.reading = kNotReading;
}

Fed feed(Session& s, Dir dir, Bytes bytes, Room& room) noexcept {
  DCHECK(room.scratch.size() >= kMaxHead);
  Work w{s, room, dir, bytes};
  const auto fed = [&w, &bytes](Event e) noexcept { return Fed{bytes.size() - w.rest.size(), e}; };
  if (s.client_known == 0 && !learn_client(w)) return fed(Event::more);
  for (;;) {
    if (s.announce != 0) {
      s.announce = 0;
      return fed(Event::request);
    }
    if (next_ready(s)) return fed(Event::transaction);
    if (s.ended != Ended::no) return fed(event_at_end(s.ended));
    if (w.rest.empty() && w.side().step != Step::pair) return fed(Event::more);
    take_step(w);
  }
}

void lost(Session& s, Dir dir, std::uint64_t missed, Room& room) noexcept {
  Work w{s, room, dir, {}};
  Side& side = w.side();
  side.held = 0;
  if (missed == 0 || s.client_known == 0 || s.ended != Ended::no) return;
  switch (side.step) {
    case Step::start:
    case Step::skip_line:
      if (!w.from_client() && side.astray == 0) side.behind = 1;
      side.step = Step::start;
      side.astray = 1;
      side.matched = 0;
      return;
    case Step::head:
    case Step::pair:
      side.message.flags |= kGap | kCut;
      return abandon(w);
    default:
      return lose_in_body(w, missed);
  }
}

std::uint32_t unwanted(Session& s, Dir dir, std::uint32_t most) noexcept {
  Side& side = s.side[index(dir)];
  if (s.client_known == 0 || s.ended != Ended::no) return 0;
  if (side.step == Step::until_close) return side.passing = most;
  if (side.step != Step::fixed && side.step != Step::chunk) return 0;
  return side.passing = static_cast<std::uint32_t>(std::min<std::uint64_t>(side.left, most));
}

void passed(Session& s, Dir dir, std::uint32_t left, Room& room) noexcept {
  Work w{s, room, dir, {}};
  Side& side = w.side();
  DCHECK(left <= side.passing);
  const std::uint32_t n = side.passing - left;
  side.passing = left;
  if (n != 0) count_passed(w, n);
}

Event finish(Session& s, Room& room) noexcept {
  if (s.ended == Ended::no) {
    if (s.client_known != 0 && s.ready == Ready::none) {
      Work client{s, room, s.client, {}};
      Work answer{s, room, server(s), {}};
      close_side(client);
      close_side(answer);
    }
    s.ended = Ended::finished;
  }
  s.announce = 0;
  return next_ready(s) ? Event::transaction : Event::more;
}

void drop(Session& s, Spools& spools) noexcept {
  for (Side& side : s.side) spools.clear(side.message.head);
  for (Message& m : s.waiting) spools.clear(m.head);
  spools.clear(s.done.head);
  reset(s);
}

}  // namespace pellucid::http

#include "lib/http/pairs.h"

namespace pellucid::http {

namespace {

void pop_oldest(Session& s, Spools& spools) noexcept {
  DCHECK(s.count > 0);
  spools.clear(s.waiting[0].head);
  --s.count;
  for (unsigned i = 0; i < s.count; ++i) s.waiting[i] = s.waiting[i + 1];
  s.waiting[s.count] = Message{};
  if (s.reading != kNotReading) s.reading = s.reading == 0 ? kNotReading : static_cast<std::uint8_t>(s.reading - 1);
}

bool has_request(const Session& s) noexcept { return s.ready == Ready::both || s.ready == Ready::request; }
bool has_response(const Session& s) noexcept { return s.ready == Ready::both || s.ready == Ready::response; }

}  // namespace

void push_request(Session& s, Body body) noexcept {
  CHECK(s.count < kMaxWaiting);
  Side& side = s.side[index(s.client)];
  s.waiting[s.count] = side.message;
  s.reading = body == Body::follows ? s.count : kNotReading;
  ++s.count;
  if (side.message.method == Method::connect) s.connect = 1;
  side.message = Message{};
  s.announce = 1;
}

void give_up_oldest(Session& s) noexcept {
  s.ready = Ready::request;
  if (s.pair == Pair::front) {  // its response is just being read: it will come alone
    s.pair = Pair::none;
  } else {
    ++s.owed;
  }
}

bool pair_response(Session& s) noexcept {
  Side& side = s.side[index(server(s))];
  const std::uint8_t behind = side.behind;
  side.behind = 0;
  if (behind != 0 && s.count > 1 && s.owed == 0) {
    s.ready = Ready::request;
    return false;
  }
  if (s.owed > 0) {
    --s.owed;
    s.pair = Pair::none;
  } else {
    s.pair = s.count > 0 ? Pair::front : Pair::open;
  }
  return true;
}

void end_response(Session& s) noexcept {
  DCHECK(s.has_done == 0);
  Side& side = s.side[index(server(s))];
  s.done = side.message;
  s.has_done = 1;
  side.message = Message{};
}

bool next_ready(Session& s) noexcept {
  if (s.ready != Ready::none) return true;
  if (s.has_done != 0) {
    if (s.pair == Pair::open) s.pair = s.count > 0 ? Pair::front : Pair::none;
    const bool waits = s.pair == Pair::front && s.reading == 0;  // answered before its body has come to its end
    if (waits && s.forced == 0 && s.ended == Ended::no) return false;
    if (waits) s.waiting[0].flags |= kUnfinished;
    s.ready = s.pair == Pair::front ? Ready::both : Ready::response;
    return true;
  }
  if (s.ended == Ended::no || s.count == 0) return false;
  s.ready = Ready::request;
  return true;
}

Transaction transaction(const Session& s) noexcept {
  Transaction t{};
  t.tx = s.tx;
  if (has_request(s)) {
    t.request = s.waiting[0].head;
    t.request_bytes = s.waiting[0].body;
    t.request_flags = s.waiting[0].flags;
  }
  if (has_response(s)) {
    t.response = s.done.head;
    t.response_bytes = s.done.body;
    t.response_flags = s.done.flags;
  }
  return t;
}

const Message& newest(const Session& s) noexcept {
  CHECK(s.count > 0);
  return s.waiting[s.count - 1];
}

void settle(Session& s, Spools& spools) noexcept {
  CHECK(s.ready != Ready::none);
  if (has_request(s)) pop_oldest(s, spools);
  if (has_response(s)) {
    spools.clear(s.done.head);
    s.done = Message{};
    s.has_done = s.forced = 0;
    s.pair = Pair::open;
  }
  s.ready = Ready::none;
  ++s.tx;
}

}  // namespace pellucid::http

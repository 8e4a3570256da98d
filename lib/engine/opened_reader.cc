#include "lib/engine/inner.h"
#include "lib/engine/inspect.h"
#include "lib/engine/judge.h"
#include "lib/engine/outcome.h"
#include "lib/engine/peek.h"
#include "lib/engine/readers.h"
#include "lib/engine/report.h"
#include "lib/tls/inside.h"

namespace pellucid::engine {

namespace {

Opened& opened_of(State& s, std::uint32_t flow) noexcept { return s.opened[s.table.hot(flow).session]; }

keys::Asked asked_of(const State& s, const Opened& o) noexcept {
  if (s.program == nullptr) return {};
  const flow::Cold& c = s.table.cold(o.flow);
  const bool known = (s.table.hot(o.flow).flags & flow::kFlowLabelled) != 0;
  const keys::Labels labels{c.master, c.app, c.category, known};
  if (peeks(s, o)) return {&s.program->wish_of(o.peek), labels, keys::Reach::handshake};
  return {&s.program->wish_of(c.rule), labels, keys::Reach::wish};
}

tls::OpenRoom room_of(State& s, Opened& o) noexcept {
  return {{*s.opener.engine, s.sealed_rooms, {s.text.at, tls::kMaxSealed}, o.stats},
          s.spools,
          s.room().first(tls::kMaxMessageKept),
          {s.parking.at, tls::kMaxParked},
          *s.opener.keys,
          static_cast<std::int64_t>(s.ts_ns / 1'000'000'000),
          asked_of(s, o)};
}

// Without a policy everything is asked for that keys allow; with one, what it says of the flow once the server has answered.
// For what is protected a grant is asked that may lift it; a protection that comes later ends what was opened before.
bool wants(const State& s, std::uint32_t flow, const Opened& o) noexcept {
  if (s.program == nullptr || level_of(s.table.hot(flow)) >= policy::Level::decrypt || peeks(s, o)) return true;
  return (s.table.cold(flow).marks & flow::kColdGuarded) != 0 && o.stats.opened == 0;
}

// Gives where the flow's payload counts from now on.
metrics::Coverage give_back(State& s, std::uint32_t flow, Opened& o) noexcept {
  tls::drop(o.opening, room_of(s, o));
  const metrics::Coverage after = settle_coverage(s, o);
  s.opener.keys->end(o.opening.id, o.used);
  o.opening.id = 0;
  s.opened.drop(s.table.hot(flow).session);
  return after;
}

// What follows of the session is read in the clear alone.
void leave_closed(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  Opened& o = opened_of(s, flow);
  const std::uint32_t clear = o.clear;
  close_inner(s, o);
  static_cast<void>(give_back(s, flow, o));
  h.session = clear;
  h.reader = clear == kNone ? flow::Reader::none : flow::Reader::tls;
}

void on_message(State& s, Opened& o, Dir dir, const tls::Out& out) noexcept {
  if (out.stage == tls::Stage::clear || o.clear == kNone) return;
  lift(s, o.flow);
  tls::Room room{s.spools, s.room()};
  s.opener.keys->terms(o.opening.id, o.terms);
  tls::read_inside(s.tls[o.clear], dir, out.type, out.bytes,
                   o.terms.client_certificates != 0 ? tls::ClientCertificates::keep : tls::ClientCertificates::skip, room);
  const bool names = static_cast<tls::Message>(out.type) == tls::Message::certificate && dir != o.opening.client;
  if (names && peeks(s, o)) end_peek(s, o.flow, o, out.bytes);
}

void stop_opening(State& s, Opened& o) noexcept {
  for (const Dir dir : {Dir::up, Dir::down}) tls::refuse(o.opening, dir, room_of(s, o));
}

// The session's terms as the keeper tells them, perhaps in answer to a question for more of its quota.
void heed(Opened& o, const keys::Terms& terms) noexcept {
  if (terms.allowance != o.terms.allowance) {
    o.asked = Asked::not_yet;
  } else if (o.asked == Asked::waits) {
    o.asked = Asked::in_vain;
  }
  o.terms = terms;
}

void ask_more(State& s, Opened& o) noexcept {
  keys::Terms terms;
  o.asked = Asked::waits;
  const keys::Answer answer = s.opener.keys->more(o.opening.id, o.used, terms);
  if (answer == keys::Answer::granted) heed(o, terms);
  if (answer == keys::Answer::refused) o.asked = Asked::in_vain;
}

// How many of these octets the quota of the grant lets be read. More is asked for while half of the last share is there, since
// an answer may take a while.
std::size_t ration(State& s, Opened& o, std::size_t size) noexcept {
  if (o.terms.allowance == keys::kAllAllowed) return size;
  while (o.asked == Asked::not_yet && o.used + size > o.terms.allowance / 2) ask_more(s, o);
  return static_cast<std::size_t>(std::min<std::uint64_t>(size, o.terms.allowance - std::min(o.used, o.terms.allowance)));
}

// The next record may be longer than what is left, and an answer is on its way.
void wait_for_more(Opened& o) noexcept {
  if (o.asked == Asked::waits && o.terms.allowance - o.used < tls::kMaxSealed) tls::hold(o.opening);
}

// What a grant says of the first bytes counts those that were missed.
Bytes first_bytes(const Opened& o, Bytes text, std::uint64_t begin) noexcept {
  if (o.terms.first_bytes == 0) return text;
  const std::uint64_t left = o.terms.first_bytes - std::min(begin, o.terms.first_bytes);
  return text.first(static_cast<std::size_t>(std::min<std::uint64_t>(text.size(), left)));
}

void on_text(State& s, Opened& o, Dir dir, const tls::Out& out) noexcept {
  lift(s, o.flow);
  if (o.clear != kNone) hurry_tls(s, o.flow);
  o.missed += out.missed;
  const std::uint64_t begin = o.inner[index(dir)].octets + out.missed;
  Bytes text = first_bytes(o, out.bytes, begin);
  const bool last = o.terms.first_bytes != 0 && begin + text.size() >= o.terms.first_bytes;
  const std::size_t rationed = ration(s, o, text.size());
  const bool spent = rationed < text.size();
  text = text.first(rationed);
  o.used += text.size();
  if (!text.empty()) {
    if (s.opener.delivers && o.terms.depth == keys::Depth::content) {
      report_text(s, o.flow, o, dir, text, begin, out.missed);
      o.told = 1;
    }
    take_inner(s, o, dir, text, out.missed);
  }
  if (last) tls::refuse(o.opening, dir, room_of(s, o));
  if (!spent) return wait_for_more(o);
  ask_more(s, o);  // nothing is left, so that the keeper wipes what it holds of the session
  o.terms.reason = keys::Reason::quota;
  stop_opening(s, o);
}

// Gives both what came and what has waited to the opening; a direction's answer may be what the other one waits for.
void open_all(State& s, Opened& o, Dir dir, Bytes bytes) noexcept {
  for (;;) {
    tls::Out out{};
    switch (tls::open(o.opening, dir, bytes, room_of(s, o), out)) {
      case tls::OpenEvent::more:
      case tls::OpenEvent::over:
        return;
      case tls::OpenEvent::message:
        on_message(s, o, dir, out);
        break;
      case tls::OpenEvent::text:
        on_text(s, o, dir, out);
        break;
      case tls::OpenEvent::alert:
        if (o.clear != kNone) tls::note_alert(s.tls[o.clear], dir, out.bytes[0], out.bytes[1]);
        break;
      case tls::OpenEvent::bad:
        break;
    }
  }
}

// What waits in a direction, and what waits for that in the other one.
void open_waiting(State& s, Opened& o, Dir dir) noexcept {
  if (!tls::waits(o.opening, dir)) return;
  open_all(s, o, dir, {});
  if (tls::waits(o.opening, other(dir))) open_all(s, o, other(dir), {});
}

// Nothing of this session can be opened any more.
bool is_over(const Opened& o) noexcept {
  const auto done = [](const tls::OpeningSide& side) {
    return side.wait == tls::Wait::none &&
           (side.unsealer.sealing == tls::Sealing::over || (side.refused != 0 && side.unsealer.sealing == tls::Sealing::clear));
  };
  return done(o.opening.side[0]) && done(o.opening.side[1]);
}

Next settle(State& s, std::uint32_t flow, bool clear_over) noexcept {
  Opened& o = opened_of(s, flow);
  const bool settled = tls::settled(o.opening, Dir::up) && tls::settled(o.opening, Dir::down);
  if (settled && o.stats.opened == 0 && o.wanted != 0) degrade(s, flow);
  if (o.clear != kNone && clear_over && settled) hurry_tls(s, flow);
  return is_over(o) && o.clear == kNone ? Next::stop : Next::same;
}

}  // namespace

bool may_open(const State& s) noexcept {
  return s.opener.keys != nullptr && (s.program == nullptr || s.program->most() >= policy::Level::decrypt);
}

void start_opened(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  const std::uint32_t at = s.opened.claim();
  if (at == kNone) {
    s.counters.sessions_refused.at(flow::Reader::opened).inc();
    return;
  }
  s.counters.sessions_started.at(flow::Reader::opened).inc();
  Opened& o = s.opened[at];
  const keys::SessionId id = keys::session_id(s.options.worker, at, ++s.opened_count);
  tls::reset(o.opening, id);
  o.stats = {};
  for (Inner& inner : o.inner) inner = {Spool{}, 0};
  o.terms = {};
  o.missed = o.used = o.payload = 0;
  o.clear = h.session;
  o.session = kNone;
  o.flow = flow;
  o.reader = flow::Reader::unknown;
  o.probed = o.wanted = o.told = 0;
  o.asked = Asked::not_yet;
  o.peek = policy::kNoRule;
  h.session = at;
  h.reader = flow::Reader::opened;
  const bool from_b = (h.flags & flow::kFlowSwapped) != 0;
  keys::Ends ends;
  ends.family = h.key.family;
  ends.address[0] = from_b ? h.key.b : h.key.a;
  ends.address[1] = from_b ? h.key.a : h.key.b;
  ends.port[0] = from_b ? h.key.port_b : h.key.port_a;
  ends.port[1] = from_b ? h.key.port_a : h.key.port_b;
  s.opener.keys->begin(id, ends);
}

Taken take_opened(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept {
  Opened& o = opened_of(s, flow);
  if (o.wanted != 0 && !wants(s, flow, o) && o.stats.opened != 0) stop_opening(s, o);  // another policy came
  bool clear_over = o.clear == kNone || s.tls[o.clear].over != 0;
  if (!clear_over) {
    const ClearPart part = feed_tls(s, flow, o.clear, dir, bytes);
    if (part == ClearPart::useless) {
      leave_closed(s, flow);
      return {Next::again, {}};
    }
    clear_over = part == ClearPart::done;
  }
  // Policy judges by both hellos, whichever came first. The clear part may be given up before the server has answered; the
  // opening, which goes on, may not forget to ask then.
  const bool server_read = o.clear != kNone && s.tls[o.clear].server_read != 0;
  const bool both_read = server_read && s.tls[o.clear].hello_read != 0;
  if (o.wanted == 0 && (both_read || clear_over)) {
    if (!wants(s, flow, o) && !begin_peek(s, flow, o)) {
      leave_closed(s, flow);
      return {clear_over ? Next::stop : Next::same, {}};
    }
    o.wanted = server_read ? 1 : 0;
  }
  open_all(s, o, dir, bytes);
  open_waiting(s, o, other(dir));  // perhaps for what came now
  if (o.opening.version != 0) o.wanted = 1;
  return {settle(s, flow, clear_over), {}};
}

void lose_opened(State& s, std::uint32_t flow, Dir dir, std::uint32_t missed) noexcept {
  Opened& o = opened_of(s, flow);
  if (o.clear != kNone) tls::lost(s.tls[o.clear], dir, s.spools);
  tls::lose(o.opening, dir, missed, room_of(s, o));
}

void close_opened(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (h.session == kNone) return;
  Opened& o = opened_of(s, flow);
  if (o.clear != kNone) hurry_tls(s, flow);
  if (o.asked != Asked::in_vain) s.opener.keys->terms(o.opening.id, o.terms);
  if (tls::held(o.opening)) o.terms.reason = keys::Reason::overload;  // the answer did not come in time
  close_inner(s, o);
  if (o.told != 0) report_text_end(s, flow, o);
  if (o.wanted != 0) report_decrypt(s, flow, o);
  if (o.stats.opened == 0 && o.wanted != 0) degrade(s, flow);
  h.session = static_cast<std::uint32_t>(give_back(s, flow, o));
  h.reader = flow::Reader::none;
}

void on_answer(State& s, const keeper::Answered& answered) noexcept {
  const std::uint32_t at = keys::place_of(answered.id);
  if (at >= s.opened.capacity()) return;
  Opened& o = s.opened[at];
  if (o.opening.id != answered.id) return;            // it has ended meanwhile
  if (o.terms.reason == keys::Reason::quota) return;  // it was given up, whatever there is now
  heed(o, answered.terms);
  const bool goes_on = o.asked != Asked::waits && tls::held(o.opening);
  if (goes_on) tls::release(o.opening);
  if (answered.kind == keeper::Answered::Kind::terms && !goes_on) return;
  if (answered.kind == keeper::Answered::Kind::withdrawn) {
    stop_opening(s, o);
  } else {
    if (answered.kind == keeper::Answered::Kind::lease) {
      tls::answer(o.opening, answered.part, answered.side, answered.keys, room_of(s, o));
    }
    const Dir first = answered.side == keys::Side::client ? o.opening.client : other(o.opening.client);
    for (const Dir dir : {first, other(first)}) open_all(s, o, dir, {});
    open_waiting(s, o, first);
  }
  const std::uint32_t flow = o.flow;
  const bool clear_over = o.clear == kNone || s.tls[o.clear].over != 0;
  if (settle(s, flow, clear_over) == Next::stop) stop_reading(s, flow);
}

}  // namespace pellucid::engine

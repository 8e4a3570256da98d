#include "lib/engine/judge.h"

#include <algorithm>

#include "lib/engine/inspect.h"
#include "lib/engine/label.h"
#include "lib/policy/protocols.h"

namespace pellucid::engine {

namespace {

using flow::Content;
using policy::Known;
using policy::Level;

enum class When : std::uint8_t { live, last };

Content content_of(const flow::Hot& h) noexcept {
  return static_cast<Content>(flow::field(h.flags, flow::kFlowContentShift, flow::kFlowContentBits));
}
// A flow has room for four contents; what has the hellos of TLS over UDP is QUIC or DTLS.
std::uint8_t bit_of(Content c, const net::Key& key, std::uint8_t marks) noexcept {
  constexpr std::uint8_t kBits[] = {0, policy::kContentTls, policy::kContentDns, policy::kContentHttp};
  const bool quic = c == Content::tls && key.proto == net::kProtoUdp && (marks & flow::kColdDtls) == 0;
  return quic ? policy::kContentQuic : kBits[static_cast<std::size_t>(c)];
}
bool followed(const net::Key& k) noexcept { return k.proto == net::kProtoTcp || k.proto == net::kProtoUdp; }

// Of a flow whose beginning was not read nobody can say that it has no name.
bool seen_whole(const flow::Hot& h) noexcept { return (h.flags & (flow::kFlowIncomplete | flow::kFlowMidstream)) == 0; }

// Whether it is clear which reader's protocol, if any, the payload is. A protocol that begins late (STARTTLS) is judged when it
// comes. Once the flow is over there is nothing left to learn.
bool content_known(const flow::Hot& h, When when) noexcept {
  if (content_of(h) != Content::nothing || !followed(h.key) || (h.flags & flow::kFlowNamed) != 0) return true;
  return when == When::last && seen_whole(h) && (h.flags & flow::kFlowUnread) == 0;
}

policy::Facts facts_of(const State& s, std::uint32_t flow, When when) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  const flow::Cold& c = s.table.cold(flow);
  policy::Facts f;
  f.key = &h.key;
  const bool from_b = ((h.flags & flow::kFlowSwapped) != 0) != ((h.flags & flow::kFlowReversed) != 0);
  f.source = from_b ? Dir::down : Dir::up;
  f.iface = c.iface;
  f.hash = h.hash;
  f.content = bit_of(content_of(h), h.key, c.marks);
  f.content_known = content_known(h, when) ? Known::settled : Known::not_yet;
  const bool nameless = f.content_known == Known::settled && f.content == 0;
  f.name_known = nameless || (h.flags & flow::kFlowNamed) != 0 ? Known::settled : Known::not_yet;
  f.name = name_of(s, flow);
  const bool labelled = (h.flags & flow::kFlowLabelled) != 0 || (when == When::last && s.dpi == nullptr);
  f.app_known = labelled ? Known::settled : Known::not_yet;
  f.master = c.master;
  f.app = c.app;
  f.category = c.category;
  return f;
}

void set_level(State& s, flow::Hot& h, Level level) noexcept {
  --s.flows_at[static_cast<std::size_t>(level_of(h))];
  ++s.flows_at[static_cast<std::size_t>(level)];
  h.flags = flow::with_field(h.flags, flow::kFlowLevelShift, flow::kFlowLevelBits, static_cast<unsigned>(level));
}

// Reading begins in mid-flow: from here on, and what is made of it says that it is not all.
void read_on(flow::Hot& h, flow::Cold& c) noexcept {
  h.flags &= static_cast<std::uint16_t>(~flow::kFlowUnread);
  if (!followed(h.key) || h.reader != flow::Reader::none || content_of(h) != Content::nothing) return;
  h.reader = flow::Reader::unknown;
  h.session = kNone;
  c.probed = 0;
  if (h.tcp > flow::TcpState::opening) h.flags |= flow::kFlowIncomplete;
}

void obey_dpi(State& s, std::uint32_t flow, bool wanted) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (s.dpi == nullptr || (h.flags & flow::kFlowLabelled) != 0 || !followed(h.key)) return;
  if (wanted) {
    h.flags &= static_cast<std::uint16_t>(~flow::kFlowDecided);
  } else if ((h.flags & flow::kFlowDecided) == 0) {
    drop_dpi(s, flow);
  }
}

void obey(State& s, std::uint32_t flow, const policy::Verdict& v) noexcept {
  flow::Hot& h = s.table.hot(flow);
  flow::Cold& c = s.table.cold(flow);
  h.epoch = s.epoch;
  c.rule = v.rule;
  c.marks = static_cast<std::uint8_t>((c.marks & ~flow::kColdGuarded) | (v.guarded != 0 ? flow::kColdGuarded : 0));
  Level shows = v.shows == Level::decrypt && (c.marks & flow::kColdRefused) != 0 ? Level::classify : v.shows;
  if (v.guarded != 0 && (c.marks & flow::kColdLifted) != 0) shows = Level::decrypt;
  if (shows != level_of(h)) s.counters.policy_changed.inc();
  set_level(s, h, shows);
  if (v.reads < Level::metadata) {
    h.flags |= flow::kFlowUnread;
  } else if ((h.flags & flow::kFlowUnread) != 0) {
    read_on(h, c);
  }
  obey_dpi(s, flow, v.reads >= Level::classify);
}

void judge_when(State& s, std::uint32_t flow, When when) noexcept {
  if (s.program == nullptr) return;
  s.counters.policy_judged.inc();
  obey(s, flow, s.program->judge(facts_of(s, flow, when), *s.desk.at));
}

}  // namespace

void begin_judging(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  const Level most = s.program == nullptr ? s.options.level : Level::ignore;
  h.flags = flow::with_field(h.flags, flow::kFlowLevelShift, flow::kFlowLevelBits, static_cast<unsigned>(most));
  ++s.flows_at[static_cast<std::size_t>(most)];
  h.epoch = s.epoch;
  judge_when(s, flow, When::live);
  if ((h.flags & flow::kFlowUnread) != 0) h.reader = flow::Reader::none;
}

void judge(State& s, std::uint32_t flow) noexcept {
  if (s.program != nullptr && s.program->asks_late()) judge_when(s, flow, When::live);
}

void judge_last(State& s, std::uint32_t flow) noexcept {
  if (s.program == nullptr || !s.program->asks_late()) return;
  if (s.table.hot(flow).epoch == s.epoch) judge_when(s, flow, When::last);
}

void judge_anew(State& s, std::uint32_t flow) noexcept {
  judge_when(s, flow, When::live);
  const flow::Hot& h = s.table.hot(flow);
  if ((h.flags & flow::kFlowUnread) != 0 && h.reader != flow::Reader::none) stop_reading(s, flow);
}

void learn_name(State& s, std::uint32_t flow, Content content, std::string_view name) noexcept {
  flow::Hot& h = s.table.hot(flow);
  flow::Cold& c = s.table.cold(flow);
  if (s.program == nullptr || (h.flags & flow::kFlowUnread) != 0) return;
  h.flags = flow::with_field(h.flags, flow::kFlowContentShift, flow::kFlowContentBits, static_cast<unsigned>(content));
  if (c.name != kNone) return;  // the first one counts
  h.flags |= flow::kFlowNamed;
  if (name.empty()) return;
  c.name = s.names.claim();
  if (c.name != kNone) return s.names[c.name].keep(name);
  h.flags &= static_cast<std::uint16_t>(~flow::kFlowNamed);  // nowhere to keep it: the least level holds
  s.counters.names_refused.inc();
}

void learn_nothing(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if ((h.flags & flow::kFlowNamed) != 0 || !seen_whole(h)) return;
  h.flags |= flow::kFlowNamed;
  judge(s, flow);
}

void unlearn_name(State& s, std::uint32_t flow) noexcept {
  forget(s, flow);
  s.table.hot(flow).flags &= static_cast<std::uint16_t>(~flow::kFlowNamed);
}

void forget(State& s, std::uint32_t flow) noexcept {
  flow::Cold& c = s.table.cold(flow);
  if (c.name != kNone) s.names.drop(c.name);
  c.name = kNone;
}

void degrade(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  s.table.cold(flow).marks |= flow::kColdRefused;
  if (level_of(h) == Level::decrypt) set_level(s, h, Level::classify);
}

void lift(State& s, std::uint32_t flow) noexcept {
  flow::Cold& c = s.table.cold(flow);
  if ((c.marks & (flow::kColdGuarded | flow::kColdLifted)) != flow::kColdGuarded) return;
  c.marks |= flow::kColdLifted;
  set_level(s, s.table.hot(flow), Level::decrypt);
}

std::uint16_t rule_to_peek(State& s, std::uint32_t flow) noexcept {
  policy::Facts f = facts_of(s, flow, When::live);
  f.name_known = Known::not_yet;
  return s.program->peek(f, *s.desk.at);
}

policy::Level level_under(State& s, std::uint32_t flow, const policy::Program& program) noexcept {
  return program.judge(facts_of(s, flow, When::live), *s.desk.at).shows;
}

std::uint32_t generation_of(const State& s, const flow::Hot& h) noexcept {
  if (s.program == nullptr) return 0;
  return static_cast<std::uint32_t>(s.program->generation() - static_cast<std::uint16_t>(s.epoch - h.epoch));
}

std::string_view name_of(const State& s, std::uint32_t flow) noexcept {
  const std::uint32_t at = s.table.cold(flow).name;
  return at == kNone ? std::string_view{} : s.names[at].view();
}

}  // namespace pellucid::engine

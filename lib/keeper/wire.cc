#include "lib/keeper/wire.h"

#include <algorithm>

namespace pellucid::keeper {
namespace {

enum class Ask : std::uint8_t { begin, message, lease, more, end };

struct Question {
  Ask ask;
  std::uint8_t side;
  std::uint8_t part;
  std::uint8_t type;   // of a message
  std::uint32_t size;  // of what follows
  keys::SessionId id;
  std::int64_t number;  // of a lease: seconds of capture time; of the last two: octets used
};
static_assert(sizeof(Question) == 24 && std::is_trivially_copyable_v<Question>);

struct EndsBody {
  std::uint8_t address[2][16];
  std::uint16_t port[2];
  std::uint8_t family;
};

struct HellosBody {  // and the ids of wished grants behind it, each ended by a zero
  std::uint8_t client_random[32], server_random[32], session_id[32];
  std::uint16_t suite, version;
  keys::Labels labels;
  std::uint8_t session_id_size, encrypt_then_mac, client, has_wish, depth, grants, reach;
};

struct KeysBody {
  std::uint8_t key[keys::DirectionKeys::kMaxKey], mac_key[crypto::kMaxHash], iv[keys::DirectionKeys::kMaxIv],
      traffic[crypto::kMaxHash];
  std::uint8_t key_size, mac_size, iv_size, block;
  crypto::Cipher cipher;
  crypto::Version version;
  crypto::Hash mac;
  crypto::MacOrder order;
};

struct AnswerHead {
  keys::SessionId id;
  keys::Terms terms;
  Answered::Kind kind;
  keys::Part part;
  keys::Side side;
  std::uint8_t granted;  // a KeysBody follows
};

template <class T>
T read(Bytes bytes) noexcept {
  T value;
  CHECK(bytes.size() >= sizeof value);  // both ends are ours
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// A question with what follows it, or not at all.
bool ask(Ring& ring, Question q, std::initializer_list<Bytes> parts) noexcept {
  std::size_t size = 0;
  for (const Bytes part : parts) size += part.size();
  q.size = static_cast<std::uint32_t>(size);
  const MutBytes room = ring.reserve(sizeof q + size);
  if (room.empty()) return false;
  std::memcpy(room.data(), &q, sizeof q);
  std::size_t at = sizeof q;
  for (const Bytes part : parts) {
    if (!part.empty()) std::memcpy(room.data() + at, part.data(), part.size());
    at += part.size();
  }
  ring.commit();
  return true;
}

template <class T>
Bytes bytes_of(const T& value) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

void copy(Bytes from, std::uint8_t* to, std::size_t most) noexcept {
  std::copy_n(from.begin(), std::min(from.size(), most), to);
}

void pack(const keys::DirectionKeys& d, KeysBody& body) noexcept {
  std::ranges::copy(d.key.bytes(), body.key);
  std::ranges::copy(d.mac_key.bytes(), body.mac_key);
  std::ranges::copy(d.iv.bytes(), body.iv);
  std::ranges::copy(d.traffic.bytes(), body.traffic);
  body.key_size = static_cast<std::uint8_t>(d.use.key.size());
  body.mac_size = static_cast<std::uint8_t>(d.use.mac_key.size());
  body.iv_size = static_cast<std::uint8_t>(d.use.iv.size());
  body.block = d.block;
  body.cipher = d.use.cipher;
  body.version = d.use.version;
  body.mac = d.use.mac;
  body.order = d.use.order;
}

void unpack(const KeysBody& body, keys::DirectionKeys& d) noexcept {
  std::ranges::copy(body.key, d.key.bytes().begin());
  std::ranges::copy(body.mac_key, d.mac_key.bytes().begin());
  std::ranges::copy(body.iv, d.iv.bytes().begin());
  std::ranges::copy(body.traffic, d.traffic.bytes().begin());
  d.block = body.block;
  d.use = {body.cipher,
           body.version,
           body.mac,
           body.order,
           d.key.bytes().first(body.key_size),
           d.iv.bytes().first(body.iv_size),
           d.mac_key.bytes().first(body.mac_size)};
  d.granted = true;
}

}  // namespace

void Wire::Asker::begin(keys::SessionId id, const keys::Ends& ends) noexcept {
  EndsBody body{};
  for (unsigned d = 0; d < 2; ++d) {
    std::copy_n(ends.address[d], sizeof body.address[d], body.address[d]);
    body.port[d] = ends.port[d];
  }
  body.family = ends.family;
  if (!ask(wire_.questions_, {Ask::begin, 0, 0, 0, 0, id, 0}, {bytes_of(body)})) ++full;
}

// A message that finds no room is missed by the transcript; the keeper then refuses what hangs on it.
void Wire::Asker::message(keys::SessionId id, keys::Side from, std::uint8_t type, Bytes body) noexcept {
  if (!ask(wire_.questions_, {Ask::message, static_cast<std::uint8_t>(from), 0, type, 0, id, 0}, {body})) ++full;
}

keys::Answer Wire::Asker::lease(keys::SessionId id, const keys::Hellos& h, keys::Part part, keys::Side side,
                                std::int64_t captured_s, keys::DirectionKeys&) noexcept {
  HellosBody body{};
  copy(h.client_random, body.client_random, sizeof body.client_random);
  copy(h.server_random, body.server_random, sizeof body.server_random);
  copy(h.session_id, body.session_id, sizeof body.session_id);
  body.session_id_size = static_cast<std::uint8_t>(std::min(h.session_id.size(), sizeof body.session_id));
  body.suite = h.suite;
  body.version = h.version;
  body.encrypt_then_mac = h.encrypt_then_mac;
  body.client = static_cast<std::uint8_t>(h.client);
  std::uint8_t ids[keys::kMaxWished * 129];
  std::size_t used = 0;
  body.labels = h.asked.labels;
  body.reach = static_cast<std::uint8_t>(h.asked.reach);
  if (h.asked.wish != nullptr) {
    body.has_wish = 1;
    body.depth = static_cast<std::uint8_t>(h.asked.wish->depth);
    for (const std::string& grant : h.asked.wish->grants) {
      if (used + grant.size() + 1 > sizeof ids) break;
      std::memcpy(ids + used, grant.c_str(), grant.size() + 1);
      used += grant.size() + 1;
      ++body.grants;
    }
  }
  const Question q{Ask::lease, static_cast<std::uint8_t>(side), static_cast<std::uint8_t>(part), 0, 0, id, captured_s};
  if (ask(wire_.questions_, q, {bytes_of(body), Bytes(ids, used)})) return keys::Answer::later;
  ++full;
  return keys::Answer::refused;
}

keys::Answer Wire::Asker::more(keys::SessionId id, std::uint64_t used, keys::Terms&) noexcept {
  if (ask(wire_.questions_, {Ask::more, 0, 0, 0, 0, id, static_cast<std::int64_t>(used)}, {})) return keys::Answer::later;
  ++full;
  return keys::Answer::refused;
}

void Wire::Asker::end(keys::SessionId id, std::uint64_t used) noexcept {
  if (!ask(wire_.questions_, {Ask::end, 0, 0, 0, 0, id, static_cast<std::int64_t>(used)}, {})) ++full;
}

unsigned Wire::serve(Keeper& keeper, unsigned most) noexcept {
  unsigned n = 0;
  for (; n < most; ++n) {
    if (!has_room()) break;  // what is asked may need an answer
    const Bytes question = questions_.read();
    if (question.empty()) break;
    answer(keeper, question);
  }
  questions_.release_wiped();
  return n;
}

void Wire::answer(Keeper& keeper, Bytes question) noexcept {
  const Question q = read<Question>(question);
  const Bytes rest = question.subspan(sizeof q, q.size);
  switch (q.ask) {
    case Ask::begin: {
      const EndsBody body = read<EndsBody>(rest);
      return keeper.begin(q.id, {body.family, {body.address[0], body.address[1]}, {body.port[0], body.port[1]}});
    }
    case Ask::message: {
      keys::Terms before, after;
      keeper.terms(q.id, before);
      keeper.message(q.id, static_cast<keys::Side>(q.side), q.type, rest);
      keeper.terms(q.id, after);
      if (before.verified != after.verified) static_cast<void>(put(Answered::Kind::terms, q.id, after));
      return;
    }
    case Ask::more: {
      keys::Terms after;
      if (keeper.more(q.id, static_cast<std::uint64_t>(q.number), after) == keys::Answer::granted) {
        static_cast<void>(put(Answered::Kind::terms, q.id, after));
      }
      return;
    }
    case Ask::end:
      return keeper.end(q.id, static_cast<std::uint64_t>(q.number));
    case Ask::lease:
      return hold(keeper, question) ? void() : answer_lease(keeper, question);
  }
}

bool Wire::has_room() const noexcept {
  return answers_.bytes() - answers_.used_bytes() >= 4 * (sizeof(AnswerHead) + sizeof(KeysBody));
}

bool Wire::hold(Keeper& keeper, Bytes question) noexcept {
  const Question q = read<Question>(question);
  if (held_.size() == kMaxHeld || !keeper.awaits_ticket(q.id, static_cast<keys::Part>(q.part))) return false;
  held_.push_back({{question.begin(), question.begin() + static_cast<std::ptrdiff_t>(sizeof q + q.size)}, 0});
  return true;
}

unsigned Wire::serve_held(Keeper& keeper, std::uint64_t now_ms) noexcept {
  const bool more = keeper.tickets().put_in() != tickets_;
  unsigned served = 0;
  bool stuck = false;
  std::erase_if(held_, [&](Held& h) {
    if (h.until_ms == 0) h.until_ms = now_ms + kHoldMs;
    const bool late = now_ms >= h.until_ms;
    const Question q = read<Question>(h.question);
    if (!late && (!more || keeper.awaits_ticket(q.id, static_cast<keys::Part>(q.part)))) return false;
    stuck |= !has_room();
    if (stuck) return false;
    answer_lease(keeper, h.question);
    ++served;
    return true;
  });
  if (!stuck) tickets_ = keeper.tickets().put_in();
  return served;
}

void Wire::answer_lease(Keeper& keeper, Bytes question) noexcept {
  const Question q = read<Question>(question);
  const Bytes rest = question.subspan(sizeof q, q.size);
  const HellosBody body = read<HellosBody>(rest);
  keys::Wish wish;
  wish.depth = static_cast<keys::Depth>(body.depth);
  const char* at = reinterpret_cast<const char*>(rest.data() + sizeof body);
  for (unsigned i = 0; i < body.grants; ++i) at += wish.grants.emplace_back(at).size() + 1;
  const keys::Hellos hellos{body.suite,
                            body.version,
                            body.encrypt_then_mac != 0,
                            body.client_random,
                            body.server_random,
                            Bytes(body.session_id, body.session_id_size),
                            static_cast<Dir>(body.client),
                            {body.has_wish != 0 ? &wish : nullptr, body.labels, static_cast<keys::Reach>(body.reach)}};
  keys::DirectionKeys d;
  AnswerHead head{};
  head.id = q.id;
  head.kind = Answered::Kind::lease;
  head.part = static_cast<keys::Part>(q.part);
  head.side = static_cast<keys::Side>(q.side);
  head.granted = keeper.lease(q.id, hellos, head.part, head.side, q.number, d) == keys::Answer::granted;
  keeper.terms(q.id, head.terms);
  const MutBytes room = answers_.reserve(sizeof head + (head.granted != 0 ? sizeof(KeysBody) : 0));
  CHECK(!room.empty());
  std::memcpy(room.data(), &head, sizeof head);
  if (head.granted != 0) {
    KeysBody keys{};
    pack(d, keys);
    std::memcpy(room.data() + sizeof head, &keys, sizeof keys);
    wipe(&keys, sizeof keys);
  }
  answers_.commit();
}

bool Wire::put(Answered::Kind kind, keys::SessionId id, const keys::Terms& terms) noexcept {
  AnswerHead head{};
  head.id = id;
  head.kind = kind;
  head.terms = terms;
  const MutBytes room = answers_.reserve(sizeof head);
  if (room.empty()) return false;
  std::memcpy(room.data(), &head, sizeof head);
  answers_.commit();
  return true;
}

bool Wire::withdraw(keys::SessionId id, const keys::Terms& terms) noexcept { return put(Answered::Kind::withdrawn, id, terms); }

Answered Wire::unpack_answer(Bytes message, keys::DirectionKeys& keys) noexcept {
  const AnswerHead head = read<AnswerHead>(message);
  if (head.granted != 0) {
    KeysBody body = read<KeysBody>(message.subspan(sizeof head));
    unpack(body, keys);
    wipe(&body, sizeof body);
  }
  return {head.kind, head.id, head.part, head.side, head.granted != 0 ? &keys : nullptr, head.terms};
}

}  // namespace pellucid::keeper

// HTTP/1: the input is a talk: pieces of both directions and gaps, each behind one octet that says which and how long.
#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/cursor.h"
#include "lib/http/head.h"
#include "lib/http/probe.h"
#include "lib/http/session.h"

namespace {

using namespace pellucid;

constexpr std::uint32_t kChunks = 64;
constexpr unsigned kMaxEvents = 4096;  // one piece is at most 63 octets: it cannot bring more

bool in_block(Bytes block, std::string_view view) {
  return view.empty() ||
         (view.data() >= as_text(block).data() && view.data() + view.size() <= as_text(block).data() + block.size());
}

void check_head(Bytes block) {
  const Result<http::Head> head = http::read_head(block);
  if (!head) return;
  CHECK(in_block(block, head->method) && in_block(block, head->target) && in_block(block, head->reason));
  http::Fields fields(*head);
  http::Field f;
  unsigned n = 0;
  while (fields.next(f)) {
    CHECK(in_block(block, f.name) && in_block(block, f.value) && !f.name.empty());
    CHECK(++n <= http::kMaxFields);
  }
  CHECK(in_block(block, http::authority(*head).host));
}

void check_transaction(const http::Session& s, Spools& spools, std::uint32_t tx) {
  static std::uint8_t block[http::kMaxHead];
  const http::Transaction t = http::transaction(s);
  CHECK(t.tx == tx);
  for (const Spool& spool : {t.request, t.response}) {
    CHECK(spool.size <= http::kMaxHead);
    check_head({block, spools.gather(spool, block)});
  }
}

struct Player {
  http::Session session;
  Spools& spools;
  http::Room room;
  std::uint32_t tx = 0;
  bool over = false;

  void piece(Dir dir, Bytes bytes) {
    for (unsigned turns = 0; !over; ++turns) {
      CHECK(turns < kMaxEvents);
      const http::Fed fed = http::feed(session, dir, bytes, room);
      CHECK(fed.used <= bytes.size());
      bytes = bytes.subspan(fed.used);
      over = fed.event == http::Event::upgraded || fed.event == http::Event::failed;
      if (fed.event == http::Event::request) CHECK(http::newest(session).head.size <= http::kMaxHead);
      if (fed.event == http::Event::transaction) settle();
      if (fed.event != http::Event::more) continue;
      CHECK(bytes.empty());
      return;
    }
  }
  void settle() {
    check_transaction(session, spools, tx++);
    http::settle(session, spools);
  }
  void end() {
    for (unsigned left = 0; http::finish(session, room) == http::Event::transaction; ++left) {
      CHECK(left <= http::kMaxWaiting + 1);
      settle();
    }
    http::drop(session, spools);
    CHECK(spools.live_chunks() == 0);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Spools spools(kChunks);
  static std::uint8_t scratch[http::kMaxHead];
  check_head({data, size});
  if (size == 0) CHECK(http::probe({}) == Probe::unsure);
  static_cast<void>(http::probe({data, size}));
  Player player{{}, spools, {spools, scratch}};
  http::reset(player.session);
  Cursor in({data, size});
  while (in.left() > 0 && !player.over) {
    const std::uint8_t what = in.u8();
    const Dir dir = (what & 0x80) != 0 ? Dir::down : Dir::up;
    if ((what & 0x40) != 0) {
      http::lost(player.session, dir, what & 0x3f, player.room);
    } else {
      player.piece(dir, in.take(std::min<std::size_t>(what & 0x3f, in.left())));
    }
  }
  player.end();
  return 0;
}

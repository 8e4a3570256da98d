// Replay: feeds an http::Session as a worker would and keeps what it gives as text, for tests. Single-threaded.
#pragma once
#include <string>
#include <vector>

#include "lib/http/session.h"

namespace pellucid::http {

struct Replay {
  explicit Replay(std::uint32_t chunks = 512) : spools(chunks), scratch(kMaxHead) { reset(session); }

  std::string text(const Spool& spool) {
    std::vector<std::uint8_t> bytes(spool.size);
    EXPECT_EQ(spools.gather(spool, bytes), spool.size);
    return {bytes.begin(), bytes.end()};
  }
  static std::string line(const std::string& head) { return head.substr(0, head.find('\r')); }

  void note() {
    const Transaction t = transaction(session);
    EXPECT_EQ(t.tx, seen.size());
    requests.push_back(text(t.request));
    responses.push_back(text(t.response));
    seen.push_back(line(requests.back()) + "|" + std::to_string(t.request_bytes) + "|" + std::to_string(t.request_flags) + "|" +
                   line(responses.back()) + "|" + std::to_string(t.response_bytes) + "|" + std::to_string(t.response_flags));
    settle(session, spools);
  }
  // Gives what was used, as events ended it.
  std::size_t feed(Dir dir, std::string_view bytes) {
    Room room{spools, scratch};
    std::size_t used = pass_over(dir, bytes.size());
    if (passing[index(dir)] != 0) return used;
    for (unsigned turns = 0; turns < 100'000; ++turns) {
      const Fed fed = http::feed(session, dir, as_bytes(bytes.substr(used)), room);
      used += fed.used;
      last = fed.event;
      if (last == Event::request) names.push_back(text(newest(session).head));
      if (last == Event::transaction) note();
      if (last == Event::upgraded || last == Event::failed) return used;
      if (last == Event::more) {
        EXPECT_EQ(used, bytes.size());
        passing[index(dir)] = unwanted(session, dir, kMostPassed);
        return used;
      }
    }
    ADD_FAILURE() << "feed() does not come to an end";
    return used;
  }
  // What of the next bytes the stream does not give; those of one call that follow a header block are fed all the same.
  std::size_t pass_over(Dir dir, std::size_t size) {
    std::uint32_t& left = passing[index(dir)];
    if (left == 0) return 0;
    const std::size_t n = std::min<std::size_t>(left, size);
    left -= static_cast<std::uint32_t>(n);
    Room room{spools, scratch};
    if (left == 0 || n % 2 == 0) passed(session, dir, left, room);  // a stream may tell of a part, and need not
    return n;
  }
  void end_pass(Dir dir) {
    Room room{spools, scratch};
    if (passing[index(dir)] != 0) passed(session, dir, passing[index(dir)], room);
    passing[index(dir)] = 0;
  }
  std::size_t up(std::string_view bytes) { return feed(Dir::up, bytes); }
  std::size_t down(std::string_view bytes) { return feed(Dir::down, bytes); }
  void lose(Dir dir, std::uint64_t missed) {
    end_pass(dir);
    Room room{spools, scratch};
    lost(session, dir, missed, room);
  }
  void end() {
    for (const Dir dir : {Dir::up, Dir::down}) end_pass(dir);
    Room room{spools, scratch};
    while (finish(session, room) == Event::transaction) note();
    drop(session, spools);
    EXPECT_EQ(spools.live_chunks(), 0u);
  }

  Spools spools;
  std::vector<std::uint8_t> scratch;
  Session session;
  Event last = Event::more;
  static constexpr std::uint32_t kMostPassed = 100;
  std::uint32_t passing[2] = {0, 0};
  std::vector<std::string> names, requests, responses;
  std::vector<std::string> seen;  // request line|body|flags|status line|body|flags
};

}  // namespace pellucid::http

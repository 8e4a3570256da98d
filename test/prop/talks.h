// Talks: TCP connections out of recorded captures, and an Opener that reads one as a worker does, with whatever keys it is
// given.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include "drivers/crypto/ipsecmb/engine.h"
#include "lib/flow/stream.h"
#include "lib/net/parse.h"
#include "lib/net/pcap.h"
#include "lib/tls/opening.h"

namespace pellucid::tls {

namespace fs = std::filesystem;
inline const fs::path kFolder = fs::path(GOLDEN_CAPTURES) / "ets";

inline std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Piece {
  Dir dir;
  std::string bytes;
};
using Talk = std::vector<Piece>;  // of one connection, in order

// The connections of a capture without losses.
inline std::vector<Talk> talks_of(const std::string& capture) {
  struct Connection {
    net::Key key;
    std::uint32_t stream;
    Talk talk;
  };
  std::vector<Connection> all;
  flow::Streams streams(64, 256);
  const auto reader = std::make_unique<net::PcapReader>();
  const auto burst = std::make_unique<net::Burst>();
  Bytes unread = as_bytes(capture);
  EXPECT_EQ(reader->begin(unread), Err::none);
  for (;;) {
    burst->n = 0;
    static_cast<void>(reader->read(unread, *burst));
    if (burst->n == 0) break;
    for (unsigned i = 0; i < burst->n; ++i) {
      net::Row& row = burst->row[i];
      net::Key key{};
      net::read_headers(row, key, {});
      if (row.fate != net::Fate::flow || row.proto != net::kProtoTcp) continue;
      const bool syn = (row.tcp_flags & 2) != 0;
      auto at = std::find_if(all.rbegin(), all.rend(), [&](const Connection& c) { return c.key == key; });
      if (at == all.rend() || (syn && (row.tcp_flags & 16) == 0)) {
        all.push_back({key, streams.claim(), {}});
        at = all.rbegin();
      }
      const Dir dir = (row.flags & net::kRowSwapped) != 0 ? Dir::down : Dir::up;
      if (syn) streams.begin(at->stream, dir, row.seq + 1);
      if (row.payload_len == 0) continue;
      for (Bytes now = streams.push(at->stream, dir, row.seq, row.payload_bytes()); !now.empty();
           now = streams.next(at->stream, dir)) {
        at->talk.push_back({dir, std::string(as_text(now))});
      }
    }
  }
  std::vector<Talk> talks;
  for (Connection& c : all) talks.push_back(std::move(c.talk));
  return talks;
}

struct Heard {
  std::string text[2];  // by Dir
  std::vector<Message> messages[2];
  unsigned bad = 0;
  unsigned key_updates = 0;
  unsigned early = 0;  // octets of text in the early stage
  UnsealStats stats;
  keys::Terms terms;
  Dir client = Dir::up;
  std::string said(bool by_client) const { return text[index(by_client ? client : other(client))]; }
};

class Opener {
 public:
  explicit Opener(keys::Keys& keys, std::function<void(Opener&)> settle = {})
      : keys_(keys),
        settle_(std::move(settle)),
        engine_(ipsecmb::make_engine(16)),
        rooms_(4),
        spools_(256),
        bench_room_(kMaxSealed),
        scratch_(kMaxMessageKept),
        parking_(kMaxParked) {}

  Heard open_all(const Talk& talk) {
    heard_ = {};
    reset(opening_, ++id_);
    const std::uint8_t nowhere[16] = {};
    keys_.begin(id_, {4, {nowhere, nowhere}, {40000, 443}});
    for (const Piece& piece : talk) feed(piece.dir, as_bytes(piece.bytes));
    settle();
    heard_.client = opening_.client;
    heard_.key_updates = opening_.key_updates;
    keys_.terms(id_, heard_.terms);
    drop(opening_, room());
    keys_.end(id_, 0);
    EXPECT_EQ(rooms_.live(), 0u);
    EXPECT_EQ(spools_.live_chunks(), 0u);
    return std::move(heard_);
  }

  void answer_now(keys::Part part, keys::Side side, const keys::DirectionKeys* keys) {
    answer(opening_, part, side, keys, room());
    for (const Dir dir : {Dir::up, Dir::down}) take(dir, {});
  }

 private:
  OpenRoom room() { return {{*engine_, rooms_, bench_room_, heard_.stats}, spools_, scratch_, parking_, keys_, 0}; }
  void settle() {
    if (settle_) settle_(*this);
  }
  void feed(Dir dir, Bytes bytes) {
    take(dir, bytes);
    if (waits(opening_, other(dir))) take(other(dir), {});  // perhaps for what came now
    if (++fed_ % 5 == 0) settle();
  }
  void take(Dir dir, Bytes bytes) {
    for (;;) {
      Out out{};
      const OpenEvent event = open(opening_, dir, bytes, room(), out);
      if (event == OpenEvent::more || event == OpenEvent::over) return;
      heard_.bad += event == OpenEvent::bad;
      if (event == OpenEvent::message && out.stage != Stage::clear)
        heard_.messages[index(dir)].push_back(static_cast<Message>(out.type));
      if (event == OpenEvent::text) {
        heard_.text[index(dir)] += as_text(out.bytes);
        if (out.stage == Stage::early) heard_.early += static_cast<unsigned>(out.bytes.size());
      }
    }
  }

  keys::Keys& keys_;
  std::function<void(Opener&)> settle_;
  std::unique_ptr<crypto::Engine> engine_;
  SealedRooms rooms_;
  Spools spools_;
  std::vector<std::uint8_t> bench_room_, scratch_, parking_;
  Opening opening_;
  Heard heard_;
  unsigned fed_ = 0;
  keys::SessionId id_ = 0;
};

inline bool has(const std::vector<Message>& all, Message one) { return std::ranges::find(all, one) != all.end(); }

}  // namespace pellucid::tls

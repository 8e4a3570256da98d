// keeper_bench: what it costs a worker to ask a keeper that has more to do than it can: nanoseconds that the questions of a new
// session take the worker (its hellos and two leases), and sessions that the keeper makes keys for in a second of its CPU time.
// A line each: name, value. tools/bench-decrypt runs it.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <thread>
#include <vector>

#include "drivers/crypto/openssl/dh.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/hasher.h"
#include "lib/keeper/granted.h"
#include "lib/keeper/in_vault.h"
#include "lib/keeper/wire.h"
#include "lib/tls/handshake.h"

namespace {

using namespace pellucid;
using Octets = std::vector<std::uint8_t>;

constexpr unsigned kSessions = 20'000;
constexpr unsigned kAtOnce = 256;  // sessions that have asked and wait
constexpr std::size_t kShare = 32;
constexpr std::int64_t kNow = 1'800'000'000;
constexpr double kMostSeconds = 60;

double thread_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

void put16(Octets& out, std::size_t n) {
  out.push_back(static_cast<std::uint8_t>(n >> 8));
  out.push_back(static_cast<std::uint8_t>(n));
}
void put(Octets& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

// A hello of TLS 1.3 with a share for x25519 (RFC 8446 4.1): the client's lists come with a length, the server chooses.
Octets hello(bool client, Bytes share) {
  Octets share_entry, extensions, out{3, 3};
  put16(share_entry, static_cast<std::size_t>(crypto::Group::x25519));
  put16(share_entry, share.size());
  put(share_entry, share);
  put16(extensions, 43);  // supported_versions
  if (client) {
    put(extensions, Octets{0, 3, 2, 3, 4});
  } else {
    put(extensions, Octets{0, 2, 3, 4});
  }
  put16(extensions, 51);  // key_share
  put16(extensions, share_entry.size() + (client ? 2 : 0));
  if (client) put16(extensions, share_entry.size());
  put(extensions, share_entry);
  out.resize(2 + 32, client ? 0x11 : 0x22);
  out.push_back(0);
  put(out, client ? Octets{0, 2, 0x13, 0x01, 1, 0} : Octets{0x13, 0x01, 0});
  put16(out, extensions.size());
  put(out, extensions);
  return out;
}

// The server's static key, the keeper that has it, and a wire to its thread.
struct Office {
  openssl::Hasher hasher;
  openssl::Digests digests;
  keys::Vault vault{digests};
  keeper::InVault finder{&vault, [] { return kNow; }};
  keeper::Lab lab;
  keeper::Keeper keeper{hasher, lab, &finder, nullptr};
  keeper::Wire wire{hasher};
  Octets client, server;  // hellos

  bool open() {
    keys::FoundKey found;
    found.dh = openssl::make_dh(crypto::Group::x25519, Octets(kShare, 0x21));
    const auto peer = openssl::make_dh(crypto::Group::x25519, Octets(kShare, 0x43));
    if (found.dh == nullptr || peer == nullptr) return false;
    client = hello(true, peer->share());
    server = hello(false, found.dh->share());
    std::string id;
    return vault.add(std::move(found), "bench", kNow, id) == keys::Vault::Added::done;
  }

  void ask(keys::SessionId id) {
    constexpr auto kClient = static_cast<std::uint8_t>(tls::Message::client_hello);
    constexpr auto kServer = static_cast<std::uint8_t>(tls::Message::server_hello);
    static constexpr std::uint8_t kAddress[2][16] = {{10, 0, 0, 1}, {10, 0, 0, 2}};
    keys::Keys& keys = wire.asker();
    keys.begin(id, {4, {kAddress[0], kAddress[1]}, {40000, 443}});
    keys.message(id, keys::Side::client, kClient, client);
    keys.message(id, keys::Side::server, kServer, server);
    keys::Hellos hellos;
    hellos.suite = 0x1301;
    hellos.version = 0x0304;
    keys::DirectionKeys none;
    for (const keys::Side side : {keys::Side::server, keys::Side::client}) {
      static_cast<void>(keys.lease(id, hellos, keys::Part::handshake, side, kNow, none));
    }
  }
};

struct Worker {  // what it saw
  std::vector<double> took_ns;
  unsigned begun = 0, answered = 0, granted = 0;
};

// Keeps the keeper busy, and takes the time of each question.
Worker work(Office& office) {
  Worker w;
  const double start = thread_seconds();
  while (w.answered < 2 * kSessions && thread_seconds() - start < kMostSeconds) {
    while (w.begun < kSessions && w.begun - w.answered / 2 < kAtOnce) {
      const auto from = std::chrono::steady_clock::now();
      office.ask(keys::session_id(0, w.begun++, 1));
      const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - from;
      w.took_ns.push_back(static_cast<double>(took.count()));
    }
    office.wire.take([&](const keeper::Answered& a) {
      ++w.answered;
      w.granted += a.keys != nullptr;
      if (a.side == keys::Side::client) office.wire.asker().end(a.id, 0);
    });
  }
  return w;
}

}  // namespace

int main() {
  Office office;
  if (!office.open()) {
    fmt::print(stderr, "keeper_bench: this OpenSSL lacks x25519\n");
    return 1;
  }
  std::atomic<bool> stop{false};
  double keeper_s = 0;
  std::thread thread([&] {
    const double start = thread_seconds();
    while (!stop.load(std::memory_order_relaxed)) office.wire.serve(office.keeper, 64);
    keeper_s = thread_seconds() - start;
  });
  Worker worker = work(office);
  stop.store(true);
  thread.join();
  if (worker.granted != 2 * kSessions) {
    fmt::print(stderr, "keeper_bench: {} of {} leases were granted\n", worker.granted, 2 * kSessions);
    return 1;
  }
  std::vector<double>& took = worker.took_ns;
  std::ranges::sort(took);
  fmt::print("ask/median {:.0f}\nask/p99 {:.0f}\nask/keeper {:.0f}\n", took[took.size() / 2], took[took.size() * 99 / 100],
             kSessions / keeper_s);
  return 0;
}

// Server: HTTP on one listening socket: a thread that opens the door, and a thread for each connection that may be open at
// once. Whoever comes when all are taken gets the place of the client that has kept its thread waiting longest; only while
// every thread is answering is a client turned away. So idle, slow and silent clients cost each other, never the next one.
// Made, started and ended by the control thread; Verbs is called by the connections' threads.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lib/engine/verbs.h"

namespace pellucid::ctl {

class Stream;

inline constexpr unsigned kMaxConnections = 64;  // of one server

struct ServerOptions {
  std::string socket{};  // path of a Unix socket, or …
  std::string listen{};  // … ADDRESS:PORT
  std::string group{};   // that may open the Unix socket; empty: the process's own
  std::string cert{};    // TLS; empty: plain
  std::string key{};
  std::string ca{};  // clients must show a certificate by it
  unsigned connections = 16;
  std::size_t most_body = 0;  // octets
};

struct ServerCounts {  // since start
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> evicted{0};      // ended while the server waited for them, to make room
  std::atomic<std::uint64_t> turned_away{0};  // too many waited for a thread
  std::atomic<std::uint64_t> tls_failed{0};
};

class Server {
 public:
  // Listens, and answers nobody yet. Null: one line in `problem`.
  static std::unique_ptr<Server> open(const ServerOptions& options, engine::Verbs& verbs, std::string& problem);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();
  void stop();  // ends all connections; waits for answers that are being made
  std::uint16_t port() const noexcept;
  const ServerCounts& counts() const noexcept { return counts_; }

 private:
  struct Guest;
  struct Security;
  Server(const ServerOptions& options, engine::Verbs& verbs);

  void keep_door() noexcept;
  void welcome(int fd);
  void make_room();
  void turn_away(int fd);
  void serve() noexcept;
  void attend(int fd, Guest& guest);
  bool meet(Stream& stream, int fd, engine::Caller& caller);

  ServerOptions options_;
  engine::Verbs& verbs_;
  std::unique_ptr<Security> security_;
  int door_ = -1;
  int bell_ = -1;  // wakes the door's thread up for the end
  ServerCounts counts_;
  std::mutex mutex_;  // of what follows
  std::condition_variable come_;
  std::deque<int> queue_;
  std::list<Guest*> guests_;  // longest first
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace pellucid::ctl

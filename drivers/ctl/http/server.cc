#include "drivers/ctl/http/server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "drivers/ctl/http/listen.h"
#include "drivers/ctl/http/peer.h"
#include "drivers/ctl/http/talk.h"

namespace pellucid::ctl {

using engine::Caller;

struct Server::Security {
  Context context;
};

// A connection that has a thread. `since_` is the moment from which the server has waited for the client.
struct Server::Guest final : Watch {
  explicit Guest(int socket) noexcept : fd(socket) {}
  void busy() noexcept override { waiting.store(false, std::memory_order_relaxed); }
  void waits() noexcept override { waiting.store(true, std::memory_order_relaxed); }

  const int fd;
  std::atomic<bool> waiting{true};
  bool evicted = false;  // under the server's mutex
};

Server::Server(const ServerOptions& options, engine::Verbs& verbs) : options_(options), verbs_(verbs) {
  options_.connections = std::clamp(options_.connections, 1u, kMaxConnections);
}

std::unique_ptr<Server> Server::open(const ServerOptions& options, engine::Verbs& verbs, std::string& problem) {
  std::unique_ptr<Server> server(new Server(options, verbs));
  if (!options.cert.empty()) {
    Context context = server_context({options.cert, options.key, options.ca}, problem);
    if (context == nullptr) return nullptr;
    server->security_ = std::make_unique<Security>(Security{std::move(context)});
  }
  server->door_ =
      options.socket.empty() ? listen_tcp(options.listen, problem) : listen_unix(options.socket, options.group, problem);
  if (server->door_ < 0) return nullptr;
  server->bell_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return server;
}

Server::~Server() {
  stop();
  if (door_ >= 0 && !options_.socket.empty()) unlink(options_.socket.c_str());
  if (door_ >= 0) close(door_);
  if (bell_ >= 0) close(bell_);
}

std::uint16_t Server::port() const noexcept { return bound_port(door_); }

void Server::start() {
  for (unsigned i = 0; i < options_.connections; ++i) threads_.emplace_back([this] { serve(); });
  threads_.emplace_back([this] { keep_door(); });
  for (auto& thread : threads_) pthread_setname_np(thread.native_handle(), "control");
}

void Server::stop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const Guest* guest : guests_) shutdown(guest->fd, SHUT_RDWR);
    for (const int fd : queue_) close(fd);
    queue_.clear();
  }
  come_.notify_all();
  const std::uint64_t one = 1;
  if (bell_ >= 0 && write(bell_, &one, sizeof one) < 0) std::perror("pellucidd: control");
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Server::keep_door() noexcept {
  for (;;) {
    pollfd both[] = {{door_, POLLIN, 0}, {bell_, POLLIN, 0}};
    if (poll(both, 2, -1) < 0 && errno != EINTR) return;
    if (both[1].revents != 0) return;
    const int fd = accept4(door_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      welcome(fd);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
      poll(&both[1], 1, 100);  // the client stays in the backlog; no use in spinning
    }
  }
}

// Under the mutex. The place is free as soon as its guest has noticed.
void Server::make_room() {
  for (Guest* guest : guests_) {
    if (guest->evicted || !guest->waiting.load(std::memory_order_relaxed)) continue;
    guest->evicted = true;
    counts_.evicted.fetch_add(1, std::memory_order_relaxed);
    shutdown(guest->fd, SHUT_RDWR);
    return;
  }
}

// Who came last is served first to come: in a flood the clients of the flood take each other's places.
void Server::welcome(int fd) {
  counts_.accepted.fetch_add(1, std::memory_order_relaxed);
  int surplus = -1;
  {
    const std::lock_guard lock(mutex_);
    if (ending_) surplus = fd;
    if (!ending_) {
      if (guests_.size() + queue_.size() >= options_.connections) make_room();
      if (queue_.size() == options_.connections) {
        surplus = queue_.front();
        queue_.pop_front();
      }
      queue_.push_back(fd);
    }
  }
  come_.notify_one();
  if (surplus >= 0) turn_away(surplus);
}

void Server::turn_away(int fd) {
  counts_.turned_away.fetch_add(1, std::memory_order_relaxed);
  if (security_ == nullptr) {
    const engine::Reply reply = verbs_.refuse(503, "too many clients at once");
    const std::string text =
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: " + reply.type +
        "\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
    static_cast<void>(send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  }
  close(fd);
}

void Server::serve() noexcept {
  for (;;) {
    std::unique_lock lock(mutex_);
    come_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (ending_) return;
    Guest guest(queue_.front());
    queue_.pop_front();
    const auto at = guests_.insert(guests_.end(), &guest);
    lock.unlock();
    attend(guest.fd, guest);
    lock.lock();
    guests_.erase(at);  // from here on nobody else uses the number
    lock.unlock();
    close(guest.fd);
  }
}

namespace {

// Closing with bytes that were never read would reset the connection, and the client might lose our answer.
void let_go(int fd) {
  constexpr unsigned kPieces = 64;
  shutdown(fd, SHUT_WR);
  const auto until = Stream::Clock::now() + std::chrono::seconds(1);
  char piece[16 * 1024];
  for (unsigned i = 0; i < kPieces && Stream::Clock::now() < until; ++i) {
    pollfd one{fd, POLLIN, 0};
    if (poll(&one, 1, 200) <= 0 || recv(fd, piece, sizeof piece, 0) <= 0) return;
  }
}

}  // namespace

void Server::attend(int fd, Guest& guest) {
  unsigned answered = 0;
  {
    Tls tls;
    if (security_ != nullptr) {
      tls.reset(SSL_new(security_->context.get()));
      if (tls == nullptr || SSL_set_fd(tls.get(), fd) != 1) return;
    }
    Stream stream(fd, std::move(tls));
    Caller caller;
    if (!meet(stream, fd, caller)) return;
    Talk talk(verbs_, options_.most_body);
    answered = talk.hold(stream, std::move(caller), guest);
  }
  counts_.requests.fetch_add(answered, std::memory_order_relaxed);
  if (answered != 0) let_go(fd);
}

// Who it is. False: TLS did not come about.
bool Server::meet(Stream& stream, int fd, Caller& caller) {
  if (stream.tls() == nullptr) {
    if (!options_.socket.empty()) caller = local_peer(fd);
    return true;
  }
  if (!stream.shake_hands(Stream::Clock::now() + kMaxHeadTime)) {
    counts_.tls_failed.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  caller.proof = names_of_peer(stream.tls());
  if (!caller.proof.empty()) caller.name = caller.proof.front();
  if (!options_.ca.empty()) caller.way = Caller::Way::certificate;
  return true;
}

}  // namespace pellucid::ctl

// Stream: one client's bytes, in plain or by TLS, for cpp-httplib's reader and writer. Every wait ends at a deadline, and no
// more is read than was allowed. Belongs to the thread that serves the connection.
#pragma once
#include <httplib.h>

#include <chrono>
#include <string>

#include "drivers/ctl/http/tls.h"

namespace pellucid::ctl {

class Stream final : public httplib::Stream {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Head { whole, closed, late, large };

  Stream(int fd, Tls tls) noexcept : fd_(fd), tls_(std::move(tls)) {}
  ~Stream() override;

  bool shake_hands(Clock::time_point until);
  // Reads until the head of a request is there, so that cpp-httplib never waits inside one.
  Head read_head(std::size_t most, Clock::time_point first_byte, std::chrono::milliseconds whole);
  std::string_view head() const noexcept { return std::string_view(held_).substr(at_, head_); }
  // From now on: so many bytes beyond the head, and all reading and writing until then.
  void allow(std::size_t more, Clock::time_point until) noexcept {
    budget_ = more;
    until_ = until;
  }
  void write_until(Clock::time_point until) noexcept { until_ = until; }
  const SSL* tls() const noexcept { return tls_.get(); }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override;
  ssize_t write(const char* from, std::size_t size) override;
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // cpp-httplib refuses numbers that select() cannot take. We poll().
  socket_t socket() const override { return -1; }

 private:
  ssize_t pull(char* to, std::size_t size);
  bool wait(short events) const;
  bool wait_for_tls(int result) const;

  int fd_;
  Tls tls_;
  std::string held_;  // read ahead; at_ says how far it was used
  std::size_t at_ = 0;
  std::size_t head_ = 0;
  std::size_t budget_ = 0;
  Clock::time_point until_{};
};

}  // namespace pellucid::ctl

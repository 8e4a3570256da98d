#include "drivers/ctl/http/stream.h"

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pellucid::ctl {

namespace {

// Where the head ends, from `from` on; npos: not yet. Lines that end in LF alone end here too: cpp-httplib then refuses them.
std::size_t end_of_head(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    if (rest.starts_with("\r\n")) return at + 3;
    if (rest.starts_with("\n")) return at + 2;
  }
  return std::string_view::npos;
}

}  // namespace

Stream::~Stream() {
  if (tls_ != nullptr && SSL_is_init_finished(tls_.get()) != 0) SSL_shutdown(tls_.get());  // says so once, and waits for nobody
  ERR_clear_error();
}

bool Stream::wait(short events) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now()).count();
    if (left <= 0) return false;
    pollfd one{fd_, events, 0};
    const int n = poll(&one, 1, static_cast<int>(std::min<long>(left, 60'000)));
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) return false;
  }
}

bool Stream::wait_for_tls(int result) const {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait(POLLIN);
    case SSL_ERROR_WANT_WRITE:
      return wait(POLLOUT);
    default:
      return false;
  }
}

bool Stream::shake_hands(Clock::time_point until) {
  until_ = until;
  for (;;) {
    ERR_clear_error();
    const int done = SSL_accept(tls_.get());
    if (done == 1) return true;
    if (!wait_for_tls(done)) return false;
  }
}

ssize_t Stream::pull(char* to, std::size_t size) {
  const int part = static_cast<int>(std::min<std::size_t>(size, 1u << 20));
  for (;;) {
    if (tls_ != nullptr) {
      ERR_clear_error();
      const int n = SSL_read(tls_.get(), to, part);
      if (n > 0) return n;
      if (SSL_get_error(tls_.get(), n) == SSL_ERROR_ZERO_RETURN) return 0;
      if (!wait_for_tls(n)) return -1;
      continue;
    }
    const ssize_t n = recv(fd_, to, static_cast<std::size_t>(part), 0);
    if (n >= 0) return n;
    if (errno != EAGAIN && errno != EINTR) return -1;
    if (!wait(POLLIN)) return -1;
  }
}

Stream::Head Stream::read_head(std::size_t most, Clock::time_point first_byte, std::chrono::milliseconds whole) {
  held_.erase(0, at_);
  at_ = 0;
  head_ = 0;
  until_ = held_.empty() ? first_byte : Clock::now() + whole;
  std::size_t looked = 0;
  for (;;) {
    const std::size_t end = end_of_head(held_, looked);
    if (end != std::string::npos) {
      head_ = end;
      return end > most ? Head::large : Head::whole;
    }
    if (held_.size() >= most) return Head::large;
    looked = held_.size() < 3 ? 0 : held_.size() - 3;
    char piece[4096];
    const bool first = held_.empty();
    const ssize_t n = pull(piece, sizeof piece);
    if (n <= 0) return first || n == 0 || Clock::now() < until_ ? Head::closed : Head::late;
    held_.append(piece, static_cast<std::size_t>(n));
    if (first) until_ = Clock::now() + whole;
  }
}

ssize_t Stream::read(char* to, std::size_t size) {
  if (at_ < head_) {
    const std::size_t n = std::min(size, head_ - at_);
    std::memcpy(to, held_.data() + at_, n);
    at_ += n;
    return static_cast<ssize_t>(n);
  }
  size = std::min(size, budget_);
  if (size == 0) return -1;
  ssize_t n = 0;
  if (at_ < held_.size()) {
    n = static_cast<ssize_t>(std::min(size, held_.size() - at_));
    std::memcpy(to, held_.data() + at_, static_cast<std::size_t>(n));
    at_ += static_cast<std::size_t>(n);
  } else {
    n = pull(to, size);
  }
  if (n > 0) budget_ -= static_cast<std::size_t>(n);
  return n;
}

ssize_t Stream::write(const char* from, std::size_t size) {
  if (size == 0) return 0;
  const int part = static_cast<int>(std::min<std::size_t>(size, 1u << 20));
  for (;;) {
    if (tls_ != nullptr) {
      ERR_clear_error();
      const int n = SSL_write(tls_.get(), from, part);
      if (n > 0) return n;
      if (!wait_for_tls(n)) return -1;
      continue;
    }
    const ssize_t n = send(fd_, from, static_cast<std::size_t>(part), MSG_NOSIGNAL);
    if (n >= 0) return n;
    if (errno != EAGAIN && errno != EINTR) return -1;
    if (!wait(POLLOUT)) return -1;
  }
}

}  // namespace pellucid::ctl

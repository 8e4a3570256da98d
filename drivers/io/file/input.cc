#include "drivers/io/file/input.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pellucid::io {

Input::Input(int fd) : fd_(fd), head_(kPacked) {
  struct stat about {};
  if (::fstat(fd_, &about) == 0 && S_ISREG(about.st_mode)) {
    start_ = ::lseek(fd_, 0, SEEK_CUR);
    size_bytes_ = static_cast<std::uint64_t>(std::max<std::int64_t>(about.st_size - std::max<std::int64_t>(start_, 0), 0));
  }
  static_cast<void>(::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL));  // advice: a pipe refuses it, and that is no harm
}
Input::~Input() { ::close(fd_); }

Input::Got Input::begin() noexcept {
  std::size_t have = raw_.size();
  while (have < Gunzip::kMagic) {
    const Got got = read_fd(MutBytes(head_).subspan(have));
    if (got.state == State::end) break;
    if (got.state != State::data) return got;
    have += got.size;
    raw_ = Bytes(head_).first(have);
  }
  if (gunzip_ == nullptr && Gunzip::begins(raw_)) gunzip_ = std::make_unique<Gunzip>();
  return have == 0 ? Got{State::end} : Got{State::data};
}

Input::Got Input::read(MutBytes out) noexcept {
  if (gunzip_ != nullptr) return read_packed(out);
  if (raw_.empty()) return read_fd(out);
  const std::size_t n = std::min(raw_.size(), out.size());
  std::ranges::copy(raw_.first(n), out.begin());
  raw_ = raw_.subspan(n);
  return {State::data, n};
}

Input::Got Input::read_packed(MutBytes out) noexcept {
  for (;;) {  // ends: each turn writes octets, takes some of the file's, or gives up
    const std::size_t n = gunzip_->inflate(raw_, out);
    if (n > 0) return {State::data, n};
    if (gunzip_->state() == Gunzip::State::damaged) return fail(std::string("damaged gzip data (") + gunzip_->what() + ")");
    if (!raw_.empty()) continue;
    const Got got = read_fd(head_);
    if (got.state == State::end && gunzip_->state() == Gunzip::State::inside) {
      return fail("the gzip data ends early: the file was cut, or is still being written");
    }
    if (got.state != State::data) return got;
    raw_ = Bytes(head_).first(got.size);
  }
}

// A pipe may stay silent for ever, and the signal that ends the program reaches another thread: nobody blocks in read().
Input::Got Input::read_fd(MutBytes out) noexcept {
  pollfd ready{fd_, POLLIN, 0};
  if (!can_rewind() && ::poll(&ready, 1, kPatienceMs) <= 0) return {State::later};
  const ssize_t n = ::read(fd_, out.data(), out.size());
  if (n > 0) {
    const auto size = static_cast<std::size_t>(n);
    bytes_read_.store(bytes_read_.load(std::memory_order_relaxed) + size, std::memory_order_relaxed);
    return {State::data, size};
  }
  if (n == 0) return {State::end};
  if (errno == EINTR) return {State::interrupted};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {State::later};  // somebody else has read it
  return fail(std::string("read failed: ") + std::strerror(errno));
}

bool Input::rewind() noexcept {
  if (start_ < 0 || ::lseek(fd_, start_, SEEK_SET) != start_) {
    static_cast<void>(fail(std::string("cannot go back to the beginning: ") + std::strerror(errno)));
    return false;
  }
  raw_ = {};
  if (gunzip_ != nullptr) gunzip_ = std::make_unique<Gunzip>();
  return true;
}

Input::Got Input::fail(std::string what) noexcept {
  what_ = std::move(what);
  return {State::failed};
}

}  // namespace pellucid::io

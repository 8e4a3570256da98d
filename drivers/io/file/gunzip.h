// Gunzip: one gzip stream (RFC 1952), member after member, opened block by block. Owned by an Input, on the thread that pulls.
#pragma once
#include <memory>

#include "lib/base/bytes.h"

struct z_stream_s;

namespace pellucid::io {

class Gunzip {
 public:
  enum class State {
    inside,   // a member goes on: an end of the file here is a torn file
    between,  // a member has ended (or none has begun)
    damaged,  // see what()
  };
  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  static bool begins(Bytes bytes) noexcept;  // is this gzip? Asks for kMagic octets

  // Takes from the front of `in`, fills the front of `out`, gives how many octets it wrote. Zero octets between members are
  // padding; anything else there is damage.
  std::size_t inflate(Bytes& in, MutBytes out) noexcept;
  State state() const noexcept { return state_; }
  const char* what() const noexcept { return what_; }

  static constexpr std::size_t kMagic = 3;

 private:
  bool next_member(Bytes& in) noexcept;
  void damage(const char* what) noexcept;

  std::unique_ptr<z_stream_s> z_;
  State state_ = State::between;
  bool first_ = true;
  const char* what_ = "";
};

}  // namespace pellucid::io

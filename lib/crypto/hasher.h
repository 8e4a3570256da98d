// Hasher: hash functions that run over messages as they come and can be asked at any point, for transcripts and key schedules.
// The caller owns what runs, a value that may be copied. A driver implements it; any thread, since it keeps nothing.
#pragma once
#include <cstddef>
#include <initializer_list>

#include "lib/base/bytes.h"
#include "lib/base/secret.h"

namespace pellucid::crypto {

enum class Hash : std::uint8_t {
  none,
  md5,
  sha1,
  sha256,
  sha384,
  md5_sha1,  // both, one behind the other: transcripts before TLS 1.2 (RFC 4346 7.4.9)
};
inline constexpr std::size_t kMaxHash = 48;
inline constexpr std::size_t kMaxHashBlock = 128;

constexpr std::size_t hash_size(Hash how) noexcept {
  constexpr std::size_t kSizes[] = {0, 16, 20, 32, 48, 36};
  return kSizes[static_cast<std::size_t>(how)];
}
constexpr std::size_t hash_block(Hash how) noexcept { return how == Hash::sha384 ? 128 : 64; }

// A hash that runs; wiped at its end, because keys go through it as well.
class Running {
 public:
  Running() noexcept = default;
  Running(const Running&) noexcept = default;
  Running& operator=(const Running&) noexcept = default;
  ~Running() { wipe(state, sizeof state); }

  Hash how = Hash::none;
  alignas(8) std::uint8_t state[216] = {};  // the driver's
};

class Hasher {
 public:
  virtual ~Hasher() = default;
  virtual void start(Hash how, Running& running) const noexcept = 0;
  virtual void add(Running& running, Bytes bytes) const noexcept = 0;
  // Of all that was added so far; `out` has the size of the hash. The running one goes on.
  virtual void read(const Running& running, MutBytes out) const noexcept = 0;

  void digest(Hash how, std::initializer_list<Bytes> parts, MutBytes out) const noexcept {
    Running running;
    start(how, running);
    for (const Bytes part : parts) add(running, part);
    read(running, out);
  }
};

}  // namespace pellucid::crypto

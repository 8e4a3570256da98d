// Target: where the lines of one sink end: a file, standard output, a socket. A driver implements it; the thread of that sink
// alone calls it, so it may wait, but never long: a stop must be heard. Loss is why a record did not get there.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pellucid::exporter {

enum class Loss : std::uint8_t {
  full,          // the target takes less than comes
  disk_full,     // no space, or no quota, left
  io,            // the system refuses, or the path is not what it should be
  disconnected,  // nobody is there
  closing,       // what still waited when the time to stop had passed
  kCount
};
inline constexpr unsigned kLosses = static_cast<unsigned>(Loss::kCount);
inline constexpr std::string_view kLossValues[] = {"full", "disk_full", "io", "disconnected", "closing"};
static_assert(std::size(kLossValues) == kLosses);

class Target {
 public:
  struct Progress {
    std::size_t bytes = 0;        // taken for good, from the front
    std::optional<Loss> trouble;  // why not more; none: ask again
  };

  virtual ~Target() = default;
  // Takes some of the front of `lines`, which begin where the last call ended. It opens what is not open.
  virtual Progress write(std::string_view lines) noexcept = 0;
  // Between writes, at this time of a clock that only runs forward: opens what is not open, notices what has gone, and does
  // what is due (syncing, rotation). Gives the trouble it met.
  virtual std::optional<Loss> settle(std::uint64_t now_ns) noexcept = 0;
  virtual void reopen() noexcept = 0;  // somebody has moved the file away
  // After a trouble: one line of what, where, what to do.
  virtual std::string failure() const = 0;
};

}  // namespace pellucid::exporter

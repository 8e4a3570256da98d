// Mail: rows on their way from the thread that read them to the worker that owns their flow, with key and frame, in a Ring. One
// sender, one receiver. A row is copied once; its frame stays valid in the ring until the receiver's next take().
#pragma once
#include "lib/base/ring.h"
#include "lib/net/key.h"

namespace pellucid::engine {

class Mail {
 public:
  explicit Mail(std::size_t bytes) : ring_(bytes) {}

  bool post(const net::Row& row, const net::Key& key) noexcept;  // false: no room now; the receiver sees it after hand_over()
  void hand_over() noexcept { ring_.commit(); }                  // all that was posted, as a burst
  // What waits, up to a burst. The frames of the burst before are given back. n = 0: nothing waits.
  void take(net::Burst& burst) noexcept;

 private:
  Ring ring_;
};

// The worker that owns a flow: a function of its key alone, the same that a NIC's symmetric RSS computes over a redirection
// table whose entry i is queue i % kOwnerSlots % workers.
inline constexpr unsigned kOwnerSlots = 128;
unsigned owner_of(const net::Key& key, unsigned workers) noexcept;

}  // namespace pellucid::engine

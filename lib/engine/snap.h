// Snap: an immutable value that one thread publishes and others use without a lock: by pointer, with DPDK's quiescent-state
// reclamation. Each reader takes it at the start of a turn and holds it until the next; a value that was replaced is freed when
// every reader has begun a turn since. The publisher owns it; a reader's calls bear its number.
#pragma once
#include <atomic>
#include <cstdlib>
#include <memory>
#include <vector>

#include <rte_rcu_qsbr.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"

namespace pellucid::engine {

template <class T>
class Snap {
 public:
  static constexpr unsigned kMaxReaders = 128;
  static constexpr unsigned kMaxRetired = 32;  // replaced values that some reader may still hold

  explicit Snap(unsigned readers) : taken_(readers) {
    CHECK(readers >= 1 && readers <= kMaxReaders);
    const std::size_t bytes = rte_rcu_qsbr_get_memsize(readers);
    rcu_.reset(static_cast<rte_rcu_qsbr*>(std::aligned_alloc(kLine, (bytes + kLine - 1) / kLine * kLine)));
    CHECK(rcu_ != nullptr && rte_rcu_qsbr_init(rcu_.get(), readers) == 0);
    for (unsigned i = 0; i < readers; ++i) CHECK(rte_rcu_qsbr_thread_register(rcu_.get(), i) == 0);
  }

  // Publisher. False: too many replaced values are still held, since a reader hangs; nothing has changed.
  bool publish(std::shared_ptr<const T> next) {
    reclaim();
    if (retired_.size() >= kMaxRetired) return false;
    current_.store(next.get(), std::memory_order_release);
    if (live_ != nullptr) retired_.push_back({std::move(live_), rte_rcu_qsbr_start(rcu_.get())});
    live_ = std::move(next);
    return true;
  }
  // Publisher. Readers that use what was published last, or use nothing.
  unsigned live_on() const noexcept {
    unsigned n = 0;
    for (const Taken& t : taken_) {
      const T* held = t.value.load(std::memory_order_acquire);
      n += held == nullptr || held == live_.get();
    }
    return n;
  }
  unsigned readers() const noexcept { return static_cast<unsigned>(taken_.size()); }
  void reclaim() {
    std::erase_if(retired_, [this](const Retired& r) { return rte_rcu_qsbr_check(rcu_.get(), r.token, false) != 0; });
  }
  const std::shared_ptr<const T>& live() const noexcept { return live_; }

  // Reader: before its first turn, and when it has had its last or sleeps for long.
  void online(unsigned reader) noexcept { rte_rcu_qsbr_thread_online(rcu_.get(), reader); }
  void offline(unsigned reader) noexcept {
    taken_[reader].value.store(nullptr, std::memory_order_release);
    rte_rcu_qsbr_thread_offline(rcu_.get(), reader);
  }
  // Reader, online: what it took before is given back.
  const T* take(unsigned reader) noexcept {
    rte_rcu_qsbr_quiescent(rcu_.get(), reader);
    const T* now = current_.load(std::memory_order_acquire);
    Taken& t = taken_[reader];
    if (t.value.load(std::memory_order_relaxed) != now) t.value.store(now, std::memory_order_release);
    return now;
  }

 private:
  struct Freer {
    void operator()(void* p) const noexcept { std::free(p); }
  };
  struct alignas(kLine) Taken {
    std::atomic<const T*> value{nullptr};
  };
  struct Retired {
    std::shared_ptr<const T> value;
    std::uint64_t token;
  };

  std::unique_ptr<rte_rcu_qsbr, Freer> rcu_;
  std::vector<Taken> taken_;
  std::atomic<const T*> current_{nullptr};
  std::shared_ptr<const T> live_;
  std::vector<Retired> retired_;
};

}  // namespace pellucid::engine

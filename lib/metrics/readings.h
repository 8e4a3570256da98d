// Readings: what all threads of the data path have counted, each as a whole, for those who show it. Owned by the control side;
// one of its threads at a time.
#pragma once
#include <memory>
#include <vector>

#include "lib/metrics/published.h"

namespace pellucid::metrics {

class Readings {
 public:
  explicit Readings(std::vector<Published*> published) {
    for (Published* p : published) reading_.push_back({p, std::make_unique<WorkerCounters>()});
  }

  // Asks everybody and waits for the answers. nap() waits a little and says whether there is still time.
  template <class Nap>
  void refresh(Nap&& nap) {
    for (Reading& r : reading_) r.published->ask();
    bool time_left = true;
    for (Reading& r : reading_) {
      while (!r.published->answered() && time_left) time_left = nap();
      r.stale = !r.published->answered();
      if (!r.stale) copy(*r.last, r.published->block());
    }
  }
  // Those who have ended answer no more: their counters stand still and are read as they are.
  void read_ended(std::size_t i, const WorkerCounters& block) noexcept {
    copy(*reading_[i].last, block);
    reading_[i].stale = false;
  }

  std::size_t size() const noexcept { return reading_.size(); }
  const WorkerCounters& block(std::size_t i) const noexcept { return *reading_[i].last; }
  bool stale(std::size_t i) const noexcept { return reading_[i].stale; }  // it did not answer: these are older figures

 private:
  struct Reading {
    Published* published;
    std::unique_ptr<WorkerCounters> last;
    bool stale = true;
  };
  std::vector<Reading> reading_;
};

}  // namespace pellucid::metrics

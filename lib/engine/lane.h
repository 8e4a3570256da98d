// Lane: what one core does, again and again, where each worker has queues of its own: pull, read, hand over what others own,
// work on the rest, then on what the others have sent. One thread calls it and owns all it is given, save the far ends of mail.
#pragma once
#include <vector>

#include "lib/engine/front.h"
#include "lib/engine/mail.h"
#include "lib/engine/source.h"
#include "lib/engine/worker.h"

namespace pellucid::engine {

struct LaneParts {
  Source& source;
  Front& front;
  Worker& worker;
  metrics::WorkerCounters& counters;
  unsigned self = 0;             // which worker this is
  std::vector<Mail*> out;        // by worker, to send to; its own place is null. One worker: a single null
  std::vector<Mail*> in;         // by worker, to take from; likewise
  keeper::Wire* wire = nullptr;  // to the keeper; null: no session is opened
};

class Lane {
 public:
  explicit Lane(LaneParts parts);

  // One turn at this time of the appliance's clock. Gives how many frames and letters came; 0: nothing to do.
  unsigned turn(std::uint64_t now_ns) noexcept;
  // The source is pulled no more. Once no lane pulls: drain() until it gives 0. Once all lanes have done so: again, for what
  // was put together meanwhile and belongs elsewhere. Then end() until it gives false.
  unsigned drain() noexcept { return take_mail(); }
  bool end() noexcept { return parts_.worker.finish(parts_.front.now()); }

 private:
  void hand_over() noexcept;
  unsigned take_mail() noexcept;

  LaneParts parts_;
  net::Burst burst_;
};

}  // namespace pellucid::engine

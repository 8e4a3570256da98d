#include "lib/engine/lane.h"

namespace pellucid::engine {

Lane::Lane(LaneParts parts) : parts_(std::move(parts)) {
  CHECK(parts_.self < parts_.out.size());
  parts_.front.share(parts_.self, static_cast<unsigned>(parts_.out.size()));
}

unsigned Lane::turn(std::uint64_t now_ns) noexcept {
  LaneParts& p = parts_;
  if (p.wire != nullptr) p.worker.hear(*p.wire);
  static_cast<void>(p.source.pull(burst_));
  const unsigned pulled = burst_.n;
  if (pulled != 0) {
    p.front.read(burst_);
    if (p.out.size() > 1) hand_over();
    p.worker.turn(burst_);
  } else {
    p.front.pass(now_ns);
    p.worker.pass(p.front.now());
  }
  return pulled + take_mail();
}

// Rows of other owners leave, the rest moves to the front, in order. What finds no room in an owner's mail is lost and counted:
// waiting for a worker that cannot keep up would stop this one too.
void Lane::hand_over() noexcept {
  LaneParts& p = parts_;
  const auto workers = static_cast<unsigned>(p.out.size());
  std::uint64_t sent = 0, dropped = 0;
  unsigned kept = 0;
  for (unsigned i = 0; i < burst_.n; ++i) {
    Mail* const mail = p.out[owner_of(burst_.key[i], workers)];
    if (mail != nullptr) {
      (mail->post(burst_.row[i], burst_.key[i]) ? sent : dropped) += burst_.row[i].frames;
      continue;
    }
    if (kept != i) {
      burst_.row[kept] = burst_.row[i];
      burst_.key[kept] = burst_.key[i];
    }
    ++kept;
  }
  const bool posted = kept != burst_.n;
  burst_.n = kept;
  if (!posted) return;
  for (Mail* mail : p.out) {
    if (mail != nullptr) mail->hand_over();
  }
  p.counters.handover_sent.add(sent);
  p.counters.handover_dropped.add(dropped);
}

// At most a burst from each, so that nobody's mail makes this core's own queue overflow.
unsigned Lane::take_mail() noexcept {
  LaneParts& p = parts_;
  unsigned came = 0;
  for (Mail* mail : p.in) {
    if (mail == nullptr) continue;
    mail->take(burst_);
    if (burst_.n == 0) continue;
    came += burst_.n;
    std::uint64_t frames = 0;
    for (unsigned i = 0; i < burst_.n; ++i) frames += burst_.row[i].frames;
    p.counters.handover_taken.add(frames);
    if (p.front.join(burst_) != 0) hand_over();
    p.worker.turn(burst_);
  }
  return came;
}

}  // namespace pellucid::engine

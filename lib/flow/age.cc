#include "lib/flow/age.h"

#include "lib/base/prefetch.h"

namespace pellucid::flow {

Age::Age(std::uint32_t flows, std::uint32_t now_tick)
    : node_(std::size_t{flows} + kDueHead + 1), flows_(flows), slot_(slot_of(now_tick)) {
  for (std::uint32_t head = 1; head <= kDueHead; ++head) node_.at[head].next = node_.at[head].prev = head;
}

void Age::set(std::uint32_t flow, std::uint32_t due_tick) noexcept {
  DCHECK(flow < flows_);
  Node& n = node_.at[id_of(flow)];
  if (n.next != kUnset) {
    unlink(n);
  } else {
    ++size_;
  }
  const std::int32_t distance = ahead(slot_, slot_of(due_tick));
  std::uint32_t slot = slot_;
  if (distance >= static_cast<std::int32_t>(kSlots)) {
    slot += kSlots - 1;
  } else if (distance > 0) {
    slot += static_cast<std::uint32_t>(distance);
  }
  const std::uint32_t head = head_of(slot);
  n.due = due_tick;
  n.next = head;
  n.prev = node_.at[head].prev;
  node_.at[n.prev].next = id_of(flow);
  node_.at[head].prev = id_of(flow);
}

void Age::remove(std::uint32_t flow) noexcept {
  DCHECK(flow < flows_);
  Node& n = node_.at[id_of(flow)];
  if (n.next == kUnset) return;
  unlink(n);
  --size_;
}

void Age::unlink(Node& n) noexcept {
  node_.at[n.prev].next = n.next;
  node_.at[n.next].prev = n.prev;
  n.next = n.prev = kUnset;
}

// After a jump of more than a whole wheel one lap reaches every timer, so the laps before it are left out.
void Age::catch_up(std::uint32_t now) noexcept {
  if (ahead(slot_, slot_of(now)) > static_cast<std::int32_t>(kSlots)) slot_ = (slot_of(now) - kSlots) & kSlotMask;
}

// Hands the next slot's timers to the due list, if that slot has passed.
bool Age::step(std::uint32_t now) noexcept {
  if (ahead(slot_, slot_of(now)) <= 0) return false;
  Node& head = node_.at[head_of(slot_)];
  Node& due = node_.at[kDueHead];
  if (head.next != head_of(slot_)) {  // the due list is empty here: pop() found nothing
    due.next = head.next;
    due.prev = head.prev;
    node_.at[due.next].prev = node_.at[due.prev].next = kDueHead;
    head.next = head.prev = head_of(slot_);
  }
  slot_ = (slot_ + 1) & kSlotMask;
  return true;
}

// Takes the first due timer off its list; its due tick stays readable.
std::uint32_t Age::pop() noexcept {
  const std::uint32_t id = node_.at[kDueHead].next;
  if (id == kDueHead) return kNone;
  unlink(node_.at[id]);
  --size_;
  prefetch(&node_.at[node_.at[kDueHead].next]);
  return id - id_of(0);
}

}  // namespace pellucid::flow

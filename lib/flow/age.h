// Age: a timer wheel over flow indexes: each flow has at most one timer. One worker owns it. Setting and removing are a few
// writes; a turn does bounded work however far time has jumped, and goes on at the next. Ticks wrap: a due tick counts as
// later when it is less than 2^31 ticks ahead. A timer fires in the first turn after its slot has passed, so up to kSlotTicks
// late and never early. A deadline beyond the wheel waits in the farthest slot and is set again from there.
#pragma once
#include "lib/base/slab.h"

namespace pellucid::flow {

class Age {
 public:
  static constexpr unsigned kSlotShift = 2;
  static constexpr std::uint32_t kSlotTicks = 1u << kSlotShift;  // 67 ms at 16.8 ms a tick
  static constexpr std::uint32_t kSlots = 8192;                  // 550 s: every usual timeout without a second setting

  explicit Age(std::uint32_t flows, std::uint32_t now_tick = 0);

  void set(std::uint32_t flow, std::uint32_t due_tick) noexcept;  // adds the flow, or moves it; a past tick is due at once
  void remove(std::uint32_t flow) noexcept;                       // of a flow without timer: nothing happens

  bool is_set(std::uint32_t flow) const noexcept { return node_.at[id_of(flow)].next != kUnset; }
  std::uint32_t due(std::uint32_t flow) const noexcept { return node_.at[id_of(flow)].due; }  // of a flow that is set
  std::uint32_t size() const noexcept { return size_; }

  // Fires what is due at `now`: f(flow) gives the new due tick, or 0 when the flow is gone (0 is never meant as a tick: give
  // 1); one that is not after `now` counts as the next tick, so that no flow fires twice on its own. f may set, remove and drop
  // any flow. Work is bounded: `budget` timers looked at and slots passed. Gives how many fired; what the budget left over
  // comes first in the next turn.
  // Before each, soon(flow) is told the flow that is likely to be next, so that its lines can be asked for.
  template <class F, class S>
  unsigned turn(std::uint32_t now, unsigned budget, F f, S soon) noexcept {
    unsigned fired = 0;
    catch_up(now);
    for (; budget > 0; --budget) {
      const std::uint32_t flow = pop();
      if (flow == kNone) {
        if (!step(now)) break;
        continue;
      }
      const std::uint32_t was_due = due(flow);
      if (static_cast<std::int32_t>(was_due - now) > 0) {  // it waited in the farthest slot
        set(flow, was_due);
        continue;
      }
      ++fired;
      const std::uint32_t then = node_.at[kDueHead].next;
      if (then != kDueHead) soon(then - id_of(0));
      const std::uint32_t again = f(flow);
      if (again != 0) set(flow, static_cast<std::int32_t>(again - now) > 0 ? again : now + 1);
    }
    return fired;
  }
  template <class F>
  unsigned turn(std::uint32_t now, unsigned budget, F f) noexcept {
    return turn(now, budget, f, [](std::uint32_t) noexcept {});
  }

 private:
  // Lists are rings through a head, so that a node leaves its list without knowing which one it is. Node ids: 0 stands for
  // "unset", then the slots' heads, the head of what is due, the flows.
  struct Node {
    std::uint32_t next, prev, due;
  };
  static constexpr std::uint32_t kUnset = 0;
  static constexpr std::uint32_t kDueHead = kSlots + 1;
  static constexpr std::uint32_t kSlotMask = 0xffff'ffff >> kSlotShift;  // slot numbers wrap where ticks do

  static constexpr std::uint32_t id_of(std::uint32_t flow) noexcept { return kDueHead + 1 + flow; }
  static constexpr std::uint32_t head_of(std::uint32_t slot) noexcept { return 1 + slot % kSlots; }
  static constexpr std::uint32_t slot_of(std::uint32_t tick) noexcept { return tick >> kSlotShift; }
  // Slots from one to a later one, negative if it is earlier.
  static constexpr std::int32_t ahead(std::uint32_t from, std::uint32_t to) noexcept {
    return static_cast<std::int32_t>((to - from) << kSlotShift) >> kSlotShift;
  }

  void catch_up(std::uint32_t now) noexcept;
  bool step(std::uint32_t now) noexcept;
  std::uint32_t pop() noexcept;
  void unlink(Node& n) noexcept;

  LineArray<Node> node_;
  std::uint32_t flows_;
  std::uint32_t size_ = 0;
  std::uint32_t slot_;  // the first slot whose timers have not yet become due
};

}  // namespace pellucid::flow

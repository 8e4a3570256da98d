// The program's laws, replaced by one that no run can keep: shows that a run which breaks a law says so and fails.
#include "lib/metrics/law.h"

namespace pellucid::metrics {

namespace {
constexpr Law kImpossible{Scope::block, "packets", "packets = packets + 1",
                          [](const WorkerCounters& sum) noexcept { return sum.packets.value() == sum.packets.value() + 1; }};
}  // namespace

constinit const std::span<const Law> kLaws{&kImpossible, 1};

const Law* broken_law(const WorkerCounters& sum, Scope) noexcept { return kImpossible.holds(sum) ? nullptr : &kImpossible; }
unsigned broken_laws(const WorkerCounters& block) noexcept { return kImpossible.holds(block) ? 0 : 1; }

}  // namespace pellucid::metrics

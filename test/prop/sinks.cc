// A sink under a target that fails in any order: whatever happens, each reader sees whole lines from the beginning of one, all
// lines that are not dropped arrive once and in order, and every line is accounted for at every moment.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "lib/export/pump.h"

namespace pellucid::exporter {
namespace {

// Takes any part of what it is given, and falls into any trouble. A disconnection begins a new reading.
class Whim final : public Target {
 public:
  explicit Whim(std::minstd_rand& random) : random_(random) {}

  Progress write(std::string_view lines) noexcept override {
    std::size_t take = lines.size();
    Progress progress;
    switch (random_() % 8) {
      case 0:
        progress.trouble = Loss::disconnected;
        take = random_() % (lines.size() + 1);
        break;
      case 1:
        progress.trouble = random_() % 2 == 0 ? Loss::disk_full : Loss::io;
        take = random_() % (lines.size() + 1);
        break;
      case 2:
        take = random_() % (lines.size() + 1);
        break;
      case 3:
        take = 0;
        break;
      default:
        break;
    }
    readings.back() += lines.substr(0, take);
    if (progress.trouble == Loss::disconnected) readings.emplace_back();
    progress.bytes = take;
    return progress;
  }
  std::optional<Loss> settle(std::uint64_t) noexcept override {
    if (random_() % 20 != 0) return {};
    readings.emplace_back();
    return Loss::disconnected;
  }
  void reopen() noexcept override {}
  std::string failure() const override { return "a whim"; }

  std::vector<std::string> readings{1};

 private:
  std::minstd_rand& random_;
};

std::string batch(unsigned& next, std::minstd_rand& random) {
  std::string text;
  for (auto n = random() % 20; n > 0; --n) {
    text += std::to_string(next++) + std::string(random() % 300, '.') + "\n";
  }
  return text;
}

// The numbers of whole lines, over all readings; false where one begins within a line.
bool numbers_of(const std::vector<std::string>& readings, std::vector<unsigned>& numbers) {
  for (std::string_view rest : readings) {
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      const std::string_view line = rest.substr(0, end);
      if (line.empty() || line[0] < '0' || line[0] > '9') return false;
      numbers.push_back(static_cast<unsigned>(std::stoul(std::string(line))));
      rest.remove_prefix(end + 1);
    }
  }
  return true;
}

void expect_law(const Outlet& outlet, unsigned offered) {
  const OutletCounts c = outlet.counts();
  ASSERT_EQ(c.offered, offered);
  ASSERT_EQ(c.written + c.all_dropped() + c.queued, offered);
}

void run(unsigned seed) {
  std::minstd_rand random(seed);
  random.discard(3);
  Outlet outlet(4096u << random() % 4);
  Whim target(random);
  Pump pump(outlet, target);
  unsigned next = 0;
  std::uint64_t now = 1;
  for (unsigned step = 0; step < 400; ++step) {
    outlet.offer(batch(next, random));
    for (auto turns = random() % 3; turns > 0; --turns) pump.turn(now += random() % 1'000'000'000);
    expect_law(outlet, next);
  }
  const std::uint64_t written = outlet.counts().written;
  outlet.drop_rest(Loss::closing);
  expect_law(outlet, next);
  EXPECT_EQ(outlet.counts().queued, 0u);
  std::vector<unsigned> numbers;
  ASSERT_TRUE(numbers_of(target.readings, numbers)) << "seed " << seed;
  EXPECT_EQ(numbers.size(), written) << "seed " << seed;
  EXPECT_TRUE(std::ranges::is_sorted(numbers, std::less_equal{})) << "seed " << seed;  // in order, each once
}

TEST(PropSinks, EveryLineArrivesOnceInOrderOrIsAccountedFor) {
  for (unsigned seed = 1; seed <= 200; ++seed) run(seed);
}

}  // namespace
}  // namespace pellucid::exporter

// The record ring between two threads: messages of any size arrive whole, in order, each once. Built with ThreadSanitizer,
// this is also the proof that its memory order is right.
#include "lib/base/ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

namespace pellucid {
namespace {

constexpr unsigned kMessages = 20'000;

// Both sides know each message by its number.
std::size_t size_of(unsigned n, std::size_t max) {
  std::minstd_rand random(n + 1);
  random.discard(3);
  return random() % 16 == 0 ? 1 + random() % max : 1 + random() % 100;
}
std::uint8_t byte_of(unsigned n, std::size_t i) { return static_cast<std::uint8_t>(n * 31 + i * 7 + (i >> 8)); }

std::size_t largest(const Ring& ring) { return std::min<std::size_t>(ring.bytes() / 2 - 8, 4000); }

void produce(Ring& ring) {
  for (unsigned n = 0; n < kMessages;) {
    const MutBytes room = ring.reserve(size_of(n, largest(ring)));
    if (room.empty()) {  // full
      std::this_thread::yield();
      continue;
    }
    for (std::size_t i = 0; i < room.size(); ++i) room[i] = byte_of(n, i);
    ring.commit();
    ++n;
  }
}

bool right(Bytes message, unsigned n, std::size_t max) {
  if (message.size() != size_of(n, max)) return false;
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (message[i] != byte_of(n, i)) return false;
  }
  return true;
}

enum class Way { one_by_one, by_burst };

unsigned consume(Ring& ring, Way way) {  // gives how many messages were wrong
  unsigned wrong = 0;
  for (unsigned n = 0; n < kMessages;) {
    const unsigned before = n;
    for (unsigned burst = 0; burst < (way == Way::by_burst ? 32u : 1u) && n < kMessages; ++burst) {
      const Bytes message = way == Way::by_burst ? ring.read() : ring.peek();
      if (message.empty()) break;
      if (!right(message, n, largest(ring))) ++wrong;
      ++n;
    }
    ring.release();
    if (n == before) std::this_thread::yield();
  }
  return wrong;
}

void exchange(std::size_t bytes, Way way) {
  Ring ring(bytes);
  std::thread producer([&ring] { produce(ring); });
  const unsigned wrong = consume(ring, way);
  producer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_TRUE(ring.read().empty());
  EXPECT_EQ(ring.used_bytes(), 0u);
}

TEST(Ring, CarriesEveryMessageWholeAndInOrderBetweenTwoThreads) {
  for (const std::size_t bytes : {4096u, 16384u, 1u << 20}) {
    SCOPED_TRACE(bytes);
    exchange(bytes, Way::one_by_one);
    exchange(bytes, Way::by_burst);
  }
}

TEST(Ring, TellsAnObserverNoMoreThanWhatWasEverThere) {
  Ring ring(4096);
  std::thread producer([&ring] { produce(ring); });
  std::atomic<bool> over{false};
  std::thread observer([&] {
    while (!over.load(std::memory_order_relaxed)) {
      static_cast<void>(ring.used_bytes());
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(consume(ring, Way::by_burst), 0u);
  producer.join();
  over.store(true, std::memory_order_relaxed);
  observer.join();
  EXPECT_EQ(ring.used_bytes(), 0u);
}

}  // namespace
}  // namespace pellucid

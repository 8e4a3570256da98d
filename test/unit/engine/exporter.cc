#include "lib/engine/exporter.h"

#include <array>

#include <gtest/gtest.h>

#include "lib/metrics/law.h"
#include "test/unit/export/sample.h"

using namespace pellucid;
using namespace pellucid::exporter;

namespace {

struct Kept final : Deliverer {
  std::string text;
  Bytes place;  // in the ring
  bool room = true;
  bool deliver(const View& v) noexcept override {
    place = v.part(Part::text);
    if (room) text += as_text(v.part(Part::text));
    return room;
  }
};

struct Lines final : Sink {
  std::string text;
  bool write(std::string_view lines) noexcept override {
    text += lines;
    return true;
  }
  bool flush() noexcept override { return true; }
  bool closed() const noexcept override { return false; }
  std::string failure() const override { return {}; }
};

struct Row {
  sample::Bench bench;
  Ring ring{1 << 16};
  Tally tally;
  Lines lines;
  metrics::WorkerCounters counters;

  void say(std::string_view text) {
    const std::array pieces{piece(Part::text, as_bytes(text))};
    ASSERT_TRUE(write_record(ring, sample::head_of(Kind::text), TextBody{}, pieces));
    count(Kind::text);
  }
  void count(Kind kind) {
    counters.records_made.at(kind).inc();
    counters.records_written.at(kind).inc();
  }
  void drain(Deliverer* to) {
    engine::Exporter exporter({&ring}, bench.eve, tally, &lines, counters, to);
    while (exporter.turn()) {
    }
    EXPECT_EQ(metrics::broken_law(counters, metrics::Scope::sum), nullptr);
  }
};

TEST(Exporter, PlaintextIsDeliveredAndNeverALine) {
  Row row;
  Kept kept;
  row.say("GET / ");
  row.say("HTTP/1.1");
  row.drain(&kept);
  EXPECT_EQ(kept.text, "GET / HTTP/1.1");
  EXPECT_EQ(row.lines.text, "");
  EXPECT_EQ(row.counters.texts_delivered.value(), 2u);
  EXPECT_EQ(row.counters.texts_bytes.value(), 14u);
}

TEST(Exporter, PlaintextThatNobodyTakesIsCounted) {
  Row row;
  Kept full;
  full.room = false;
  row.say("secret");
  row.drain(&full);
  row.say("secret");
  row.drain(nullptr);
  EXPECT_EQ(row.counters.texts_dropped.value(), 2u);
  EXPECT_EQ(row.counters.texts_bytes.value(), 0u);
}

TEST(Exporter, NothingOfPlaintextStaysInTheRing) {
  Row row;
  Kept kept;
  row.say("the words of the session");
  row.drain(&kept);
  ASSERT_EQ(kept.text, "the words of the session");
  ASSERT_EQ(kept.place.size(), kept.text.size());
  EXPECT_TRUE(std::ranges::all_of(kept.place, [](std::uint8_t octet) { return octet == 0; }));
}

}  // namespace

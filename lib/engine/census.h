// Census: what a control thread asks of one worker about the flows that it has now: some of them, totals by application, or how
// many a candidate policy would show differently. One question at a time: the asker fills it in, the worker answers between its
// turns, some flows at a time, into memory that the asker made; who has the turn is told by one atomic.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "lib/engine/state.h"

namespace pellucid::engine {

struct FlowFilter {                        // what is left as it is lets every flow pass
  net::Network network = {};               // family 0: any; else one of the ends lies in it
  std::uint16_t port = 0;                  // either end's
  std::uint16_t proto = 256;               // IP protocol
  std::uint16_t app = classify::kUnknown;  // as far as it may be shown: the protocol, or what runs over it
  std::uint8_t level = 255;                // policy::Level
  std::uint64_t min_bytes = 0;
  std::uint64_t flow_id = 0;
};

struct FlowLine {
  net::Key key;
  Dir source;  // up: key.a began it
  policy::Level level;
  flow::TcpState tcp;
  std::uint8_t name_size;
  std::uint16_t flags;  // flow::kFlow…
  std::uint16_t iface;
  classify::Label label;  // as far as it may be shown, like the name
  std::uint32_t generation;
  std::uint64_t flow_id;
  std::uint64_t packets[2], bytes[2];  // [0] from the source
  std::uint64_t first_ns, last_ns;
  char name[Name::kMaxKept];
};

struct AppTotal {
  std::uint16_t master, app, category;
  std::uint64_t flows;  // 0: the entry is free
  std::uint64_t packets;
  std::uint64_t bytes;
};

class Census {
 public:
  static constexpr std::size_t kMaxLines = 1000;
  static constexpr std::size_t kMaxApps = 1024;  // a power of two
  static constexpr unsigned kMaxFlows = 512;     // looked at between two turns
  static constexpr unsigned kMaxJudged = 64;     // … where each is judged

  enum class Question : std::uint8_t { flows, apps, impact };
  struct Answer {
    std::uint64_t flows = 0;      // looked at
    std::uint64_t matched = 0;    // of Question::flows: that the filter let pass, in `lines` or not
    std::uint64_t changed = 0;    // of Question::impact
    std::vector<FlowLine> lines;  // the first of them
    std::vector<AppTotal> apps;   // a hash table, with free entries; one more at the end for what found no room
  };

  Census();

  // Asker. False: the worker has not yet answered the last question, which may have been given up.
  bool ask_flows(const FlowFilter& filter, std::size_t limit);
  bool ask_apps() { return ask(Question::apps); }
  bool ask_impact(std::shared_ptr<const policy::Program> candidate);
  bool answered() const noexcept { return !asked_.load(std::memory_order_acquire); }
  const Answer& answer() const noexcept { return answer_; }  // once it is there

  // Worker, between turns.
  void step(State& s) noexcept {
    if (asked_.load(std::memory_order_acquire)) look(s);
  }

 private:
  bool ask(Question question);
  void look(State& s) noexcept;
  void see(State& s, std::uint32_t flow) noexcept;
  void add_line(const State& s, std::uint32_t flow) noexcept;
  void add_total(const State& s, std::uint32_t flow) noexcept;
  bool passes(const State& s, std::uint32_t flow) const noexcept;

  std::atomic<bool> asked_{false};
  Question question_ = Question::flows;
  FlowFilter filter_;
  std::size_t limit_ = 0;
  std::shared_ptr<const policy::Program> candidate_;  // kept until the next question, whoever asked may have left
  Answer answer_;
  std::size_t lines_ = 0;
  std::uint32_t next_ = 0;  // flow
};

}  // namespace pellucid::engine

// Policies: which policy is live, which ones were, and which one comes back if nobody confirms. Each change is a new
// generation, on disk before it is published. Owned by the daemon's world; the control API and the daemon's tick call it, under
// its mutex.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/daemon/revisions.h"
#include "lib/base/shelf.h"

namespace pellucid::app {

inline constexpr std::size_t kMaxPolicyText = 16u << 20;      // octets
inline constexpr std::size_t kMaxRevisionBytes = 256u << 20;  // of all texts together; the oldest goes
inline constexpr std::uint64_t kMaxConfirm = 24 * 3600;       // seconds
inline constexpr std::size_t kMaxMessage = 1024;              // octets

struct Published {
  unsigned readers = 0;  // workers, the exporter and the keeper
  unsigned live_on = 0;  // … that have taken the new program
  std::uint64_t us = 0;  // until then
};

struct PolicyChange {  // one line of a diff
  std::string change;  // added, removed, changed, moved
  std::string where;
  std::string before;
  std::string after;
  std::string line;  // for a person
};

struct Impact {  // on the flows that live now
  std::uint64_t flows = 0;
  std::uint64_t changed = 0;  // that would get another level
  unsigned silent_workers = 0;
};

// What the store needs of the rest: a text made into a program, compared, and given to workers.
class PolicyMaker {
 public:
  struct Program {  // ready to be published
    virtual ~Program() = default;
  };
  virtual ~PolicyMaker() = default;
  // Null: `problem` says FILE:LINE:COLUMN: what; what to do.
  virtual std::unique_ptr<Program> compile(std::string_view text, std::string_view file, std::uint64_t generation,
                                           std::string& problem) = 0;
  virtual std::vector<PolicyChange> compare(const Program& before, const Program& after) = 0;
  virtual Impact impact(const Program& program) = 0;
  virtual Published publish(std::shared_ptr<const Program> program) = 0;
};

class Policies {
 public:
  enum class Refusal : std::uint8_t { none, invalid, conflict, pending, missing, failed };

  struct Author {
    std::string name;
    std::string message;
  };
  struct Proposal {
    std::string text;
    std::string file = "policy.yaml";
    Author author;
    std::optional<std::uint64_t> expect_generation;  // refused unless this one is live
    std::uint64_t confirm_s = 0;                     // 0: for good
  };
  struct Result {
    Refusal refusal = Refusal::none;
    std::string problem;
    std::uint64_t generation = 0;  // live now
    Published published;
    std::optional<Pending> pending;
  };
  struct Preview {
    Refusal refusal = Refusal::none;
    std::string problem;
    std::uint64_t generation = 0;  // live, and compared with
    std::vector<PolicyChange> changes;
    Impact impact;
  };
  struct State {
    Revision live;
    std::optional<Pending> pending;
    std::vector<std::string> problems;  // with what is on disk, a sentence each
  };
  using Clock = std::uint64_t (*)();  // seconds since 1970

  Policies(Shelf& shelf, PolicyMaker& maker, Clock clock) : shelf_(shelf), maker_(maker), clock_(clock) {}

  // Reads what is on disk and publishes the policy that was live, or the text given where none ever was. A confirm that is
  // overdue rolls back here. False: not even that text can be used; one line in `problem`.
  bool start(const std::string& first_text, const std::string& first_file, std::string& problem);

  Result apply(const Proposal& proposal);
  Preview preview(const Proposal& proposal);  // what apply() would do
  Result confirm();
  // Without a number: to what was live before.
  Result roll_back(std::optional<std::uint64_t> to, const Author& author);
  State state() const;
  std::vector<Revision> history() const;  // newest first
  std::optional<std::string> text(std::uint64_t generation, Revision& revision) const;
  void tick();  // rolls back what nobody confirmed in time

 private:
  void read_index();
  void check_files();
  const Revision* find(std::uint64_t generation) const;
  bool read_text(std::uint64_t generation, std::string& text) const;
  bool revive();
  Result make_live(Revision revision, const std::string& text, std::shared_ptr<const PolicyMaker::Program> program,
                   std::optional<Pending> pending);
  Result go_back(std::uint64_t to, const Author& author, const char* kind);
  Result refuse(Refusal refusal, std::string problem) const;
  std::unique_ptr<PolicyMaker::Program> compile(const Proposal& proposal, Preview& preview);
  void forget_old();
  void note(std::string problem);
  std::uint64_t next() const;

  mutable std::mutex mutex_;
  Shelf& shelf_;
  PolicyMaker& maker_;
  Clock clock_;
  std::vector<Revision> revisions_;  // oldest first; the last one is live
  std::optional<Pending> pending_;
  std::shared_ptr<const PolicyMaker::Program> program_;  // live
  std::vector<std::string> problems_;
};

}  // namespace pellucid::app

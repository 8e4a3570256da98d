// Judge: reads an audit log line by line and says whether it is whole: each line bears the hash of the one before, none is
// missing, and checkpoints bear the right signature. Whoever verifies owns it; one thread.
#pragma once
#include "lib/audit/line.h"

namespace pellucid::audit {

class Judge {
 public:
  enum class From : std::uint8_t { first, anywhere };  // what the first line must be
  // Without a verifier signatures are not looked at.
  Judge(const crypto::Digests& digests, const crypto::Verifier* verifier, From from = From::first)
      : digests_(digests), verifier_(verifier), from_(from) {}

  // False: the log is broken at this line; problem() says how, and what follows is not looked at.
  bool take(std::string_view line);
  const std::string& problem() const noexcept { return problem_; }

  std::uint64_t lines() const noexcept { return lines_; }
  std::uint64_t seq() const noexcept { return seq_; }                    // of the last line; 0: none
  const Hash& head() const noexcept { return head_; }                    // hash of the last line; zeros: none
  const Checkpoint& checkpoint() const noexcept { return checkpoint_; }  // the last one
  std::uint64_t checkpoints() const noexcept { return checkpoints_; }
  std::uint64_t signed_seq() const noexcept { return signed_seq_; }  // of the last checkpoint; 0: none

 private:
  bool refuse(std::uint64_t seq, std::string_view why);
  bool judge(const Line& line);

  const crypto::Digests& digests_;
  const crypto::Verifier* verifier_;
  From from_;
  std::uint64_t lines_ = 0;
  std::uint64_t seq_ = 0;
  std::uint64_t checkpoints_ = 0;
  Checkpoint checkpoint_;
  std::uint64_t signed_seq_ = 0;
  Hash head_{};
  std::string problem_;
};

}  // namespace pellucid::audit

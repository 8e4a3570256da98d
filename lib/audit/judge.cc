#include "lib/audit/judge.h"

namespace pellucid::audit {

bool Judge::refuse(std::uint64_t seq, std::string_view why) {
  problem_ = "entry " + std::to_string(seq) + ": " + std::string(why);
  return false;
}

bool Judge::judge(const Line& line) {
  const bool any = from_ == From::anywhere && lines_ == 0;
  if (!any && line.seq != seq_ + 1)
    return refuse(line.seq, "does not follow entry " + std::to_string(seq_) + ": entries are missing");
  if (!any && line.prev != head_)
    return refuse(line.seq, "does not bear the hash of the entry before: one of them was changed");
  if (line.kind != Kind::checkpoint || verifier_ == nullptr) return true;
  std::uint8_t key[32];
  digests_.sha256(verifier_->public_key(), key);
  if (line.checkpoint.key != std::to_array(key)) return refuse(line.seq, "is signed by another key");
  if (!verifier_->right(as_bytes(line.signed_text), line.signature)) return refuse(line.seq, "bears a wrong signature");
  return true;
}

bool Judge::take(std::string_view text) {
  if (!problem_.empty()) return false;
  Line line;
  if (!read_line(text, line)) return refuse(seq_ + 1, "is no entry of an audit log, or was changed");
  if (!judge(line)) return false;
  ++lines_;
  seq_ = line.seq;
  head_ = hash_of(digests_, text);
  if (line.kind == Kind::checkpoint) {
    ++checkpoints_;
    checkpoint_ = line.checkpoint;
    signed_seq_ = line.seq;
  }
  return true;
}

}  // namespace pellucid::audit

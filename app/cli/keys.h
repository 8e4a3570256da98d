// ReplayKeys: what a replay may open sessions with: keys that the command line names, under grants, or for one's own traffic on
// one's own desk (--lab). Made by main's thread; workers ask it one at a time.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/cli/replay_audit.h"
#include "app/guard.h"
#include "drivers/out/pcapng/deliveries.h"
#include "lib/engine/opened.h"
#include "lib/export/eve_decrypt.h"
#include "lib/net/pcap.h"

namespace pellucid::app {

struct KeyPlan {
  bool lab = false;
  std::vector<std::string> logs;    // files of session secrets
  std::vector<std::string> keys;    // private keys of servers: files, or folders of them
  std::vector<std::string> grants;  // signed files
  std::string roots;                // certificates that servers' own are followed to
  bool statements = true;           // whether the signature of a CertificateVerify is checked
  std::string authorities;          // the authority set that they are judged by

  bool any() const noexcept {
    return lab || !logs.empty() || !keys.empty() || !grants.empty() || !authorities.empty() || !roots.empty();
  }
};

class ReplayKeys final : public net::SecretsTaker {
 public:
  // Null: `problem` says why in one line, `code` is the exit code.
  // What `program` protects is not opened. `audit`: where openings are written down first, if anywhere.
  static std::unique_ptr<ReplayKeys> open(const KeyPlan& plan, const policy::Program* program, const classify::Names& names,
                                          ReplayAudit* audit, std::string& problem, int& code);
  ~ReplayKeys() override;

  keys::Keys& keys() noexcept;
  std::uint64_t keeper_ns() const noexcept;  // that questions of workers took, once nobody asks any more
  const exporter::GrantNames& names() const noexcept;
  void note_grants(ReplayAudit& audit) const;
  // To whom content goes, as the grants say; in the lab to the folder as it is.
  void name_deliveries(pcapng::Deliveries& deliveries) const;
  // Key logs that the capture itself bears, block by block. The reader's thread.
  void take(const net::SecretsPiece& piece) noexcept override;

 private:
  struct Parts;
  explicit ReplayKeys(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace pellucid::app

// Deliveries: plaintext of opened sessions as pcapng files in a folder, a file at a time for each grant that gives it:
// encrypted to the grant's recipients, or as it is where the grant says so. The exporter's thread owns it.
#pragma once
#include <map>
#include <utility>
#include <vector>

#include "lib/export/conversation.h"
#include "lib/export/deliverer.h"
#include "lib/export/envelope.h"

namespace pellucid::pcapng {

struct Delivery {
  std::string name;                     // of the file, and of the grant
  std::string comment;                  // at its head
  std::vector<std::string> recipients;  // certificates, DER; empty: the file is not encrypted
};

class Deliveries final : public exporter::Deliverer {
 public:
  static constexpr std::uint64_t kMaxFile = 1u << 30;  // octets; then the next one begins
  static constexpr std::size_t kMaxOut = 64 * 1024;    // octets that one record makes at most

  Deliveries(std::string folder, exporter::Sealer& sealer) : folder_(std::move(folder)), sealer_(sealer) {
    out_.reserve(kMaxOut);
  }
  ~Deliveries() override { close(); }

  void add(std::uint32_t number, Delivery delivery) { known_[number].delivery = std::move(delivery); }
  bool deliver(const exporter::View& text) noexcept override;
  void close() noexcept;  // ends all files
  // The first failure that was not asked for yet, one line; empty: none. A delivery has one, which ends it.
  std::string take_failure() noexcept { return std::exchange(failure_, {}); }

 private:
  struct Known {
    Delivery delivery;
    exporter::Conversations conversations;
    std::unique_ptr<exporter::Envelope> file;
    std::uint64_t written = 0;
    unsigned files = 0;
    bool broken = false;
  };
  bool open(Known& known);
  bool put(Known& known);
  bool fail(Known& known, std::string why);

  std::string folder_;
  exporter::Sealer& sealer_;
  std::map<std::uint32_t, Known> known_;
  std::string out_;  // what one record makes: wiped at once
  std::string failure_;
};

}  // namespace pellucid::pcapng

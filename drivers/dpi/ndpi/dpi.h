// NdpiDpi: classification by nDPI 4.2: one detection module, a pool of its per-flow states and a bounded arena. Owned by one
// worker and called by its thread alone; made and destroyed by any thread.
#pragma once
#include <memory>

#include "drivers/dpi/ndpi/names.h"
#include "lib/classify/dpi.h"

namespace pellucid::dpi {

class NdpiDpi : public classify::Dpi {
 public:
  static constexpr std::uint32_t kMaxFlows = (1u << 20) - 1;  // a handle's index has 20 bits, its generation the other 12
  static constexpr std::size_t kMaxName = 255;                // octets of a name that are looked at (RFC 1035 2.3.4)

  explicit NdpiDpi(std::uint32_t flows = 1u << 15, std::size_t arena_bytes = 64u << 20);
  ~NdpiDpi() override;
  NdpiDpi(const NdpiDpi&) = delete;
  NdpiDpi& operator=(const NdpiDpi&) = delete;

  void inspect(classify::DpiJob* jobs, unsigned n) noexcept override;
  classify::Label give_up(std::uint32_t handle) noexcept override;
  void drop(std::uint32_t handle) noexcept override;
  classify::Label name(const classify::NameAsk& ask) noexcept override;
  classify::Label guess(const net::Key& key, classify::Source source) noexcept override;
  std::uint64_t arena_full() const noexcept override;
  classify::DpiStats stats() const noexcept override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pellucid::dpi

// Both: two engines as one: a key goes to the first that can use it. One worker owns it.
#pragma once
#include <memory>

#include "lib/crypto/engine.h"

namespace pellucid::crypto {

class Both final : public Engine {
 public:
  Both(std::unique_ptr<Engine> first, std::unique_ptr<Engine> second) : first_(std::move(first)), second_(std::move(second)) {}

  Result<Slot> claim(const KeyUse& use) noexcept override;
  void drop(Slot slot) noexcept override;
  void open(std::span<Piece> pieces) noexcept override;

 private:
  static constexpr std::uint32_t kSecond = 1u << 31;  // in a slot's index: it is the second's
  static_assert(kMaxSlots < kSecond);

  std::unique_ptr<Engine> first_, second_;
};

}  // namespace pellucid::crypto

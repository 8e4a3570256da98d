// Cache: values that are dear to make, found again by a digest of what they were made from; never more than kMax of them.
// Two generations: a value that is asked for again moves to the young one, and when that is full the old one is forgotten.
// Owned by the exporter thread.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <unordered_map>
#include <utility>

namespace pellucid::exporter {

using Fingerprint = std::array<std::uint8_t, 32>;  // SHA-256: what is on the wire cannot choose its bucket

template <class Value, std::size_t kMax>
class Cache {
  static_assert(kMax >= 2 && kMax % 2 == 0);

 public:
  // The value, or null: make it and put() it. Good until the next put() or find().
  const Value* find(const Fingerprint& key) noexcept {
    if (const auto hit = young_.find(key); hit != young_.end()) return &hit->second;
    const auto hit = old_.find(key);
    if (hit == old_.end()) return nullptr;
    Value kept = std::move(hit->second);
    old_.erase(hit);
    return &put(key, std::move(kept));
  }
  const Value& put(const Fingerprint& key, Value&& value) noexcept {
    if (young_.size() >= kMax / 2) {
      old_ = std::move(young_);
      young_ = Map{};
    }
    return young_.insert_or_assign(key, std::move(value)).first->second;
  }
  std::size_t size() const noexcept { return young_.size() + old_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const Fingerprint& f) const noexcept {
      std::size_t h;
      std::memcpy(&h, f.data(), sizeof h);
      return h;
    }
  };
  using Map = std::unordered_map<Fingerprint, Value, Hash>;
  Map young_;
  Map old_;
};

}  // namespace pellucid::exporter

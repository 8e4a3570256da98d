// Collapse: of refusals that say the same again and again one a minute is written, with how many it stands for: by rule, server
// and reason. Bounded: where there is no room for another kind of refusal, each is written. The exporter's thread.
#pragma once
#include <array>
#include <map>
#include <tuple>

#include "lib/export/record.h"

namespace pellucid::exporter {

class Collapse {
 public:
  static constexpr std::size_t kMaxKinds = 4096;            // refusals told apart
  static constexpr std::uint64_t kMinute = 60'000'000'000;  // of capture time

  // How many refusals this record stands for; 0: it is not to be written, another one will stand for it. Records of other kinds
  // stand for themselves.
  std::uint64_t count(const View& record);

 private:
  using Key = std::tuple<std::uint16_t, std::array<std::uint8_t, 16>, std::uint16_t, keys::Reason>;
  struct Kind {
    std::uint64_t since_ns;
    std::uint64_t held;
  };
  std::map<Key, Kind> kinds_;
};

}  // namespace pellucid::exporter

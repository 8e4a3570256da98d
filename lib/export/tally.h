// Tally: what the summary of a run says, counted from records as they pass. Owned by the exporter thread; read when it has
// ended. Bounded: what comes after the table of names is full is counted as `other`.
#pragma once
#include <array>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/export/record.h"

namespace pellucid::exporter {

struct Sum {
  std::uint64_t flows = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

template <class Key>
struct Ranked {
  Key key;
  Sum sum;
};

using AppKey = std::uint32_t;  // master in the upper half, app in the lower
constexpr AppKey app_key(std::uint16_t master, std::uint16_t app) noexcept { return std::uint32_t{master} << 16 | app; }

class Tally {
 public:
  static constexpr std::size_t kMaxNames = 65'536;  // distinct server names that are told apart, in lower case
  static constexpr std::size_t kMaxName = 253;      // octets of one; longer ones are no DNS names (RFC 1035 2.3.4)

  void add(const View& v) noexcept;

  std::uint64_t records(Kind k) const noexcept { return records_[static_cast<std::size_t>(k)]; }
  std::uint64_t records() const noexcept;
  const std::array<Sum, 256>& protocols() const noexcept { return protocols_; }  // by IP protocol number
  // Sessions by negotiated version, 0 where no ServerHello was seen; most frequent first.
  std::vector<Ranked<std::uint16_t>> tls_versions() const;
  std::vector<Ranked<AppKey>> top_apps(std::size_t most) const;        // by bytes
  std::vector<Ranked<std::string>> top_names(std::size_t most) const;  // sessions by SNI, most frequent first
  std::uint64_t other_names() const noexcept { return other_names_; }
  std::uint64_t resumed() const noexcept { return resumed_; }
  std::uint64_t one_sided() const noexcept { return one_sided_; }
  std::uint64_t midstream() const noexcept { return midstream_; }

 private:
  void add_flow(const View& v);
  void add_tls(const View& v);

  std::array<std::uint64_t, static_cast<std::size_t>(Kind::kCount)> records_{};
  std::array<Sum, 256> protocols_{};
  std::unordered_map<std::uint16_t, Sum> versions_;
  std::unordered_map<AppKey, Sum> apps_;  // at most one entry a pair of nDPI's numbers
  std::map<std::string, Sum> names_;      // a tree: names on the wire cannot make it slow
  std::uint64_t other_names_ = 0;
  std::uint64_t resumed_ = 0;
  std::uint64_t one_sided_ = 0;
  std::uint64_t midstream_ = 0;
};

}  // namespace pellucid::exporter

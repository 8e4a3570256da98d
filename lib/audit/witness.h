// Witness: sees each `decrypt` record as it is written, and each refusal, so that the audit log can prove the one and sum up
// the other. Whoever keeps the log implements it; the exporter's thread calls it.
#pragma once
#include <array>
#include <string_view>

#include "lib/keys/reason.h"

namespace pellucid::audit {

using Salt = std::array<std::uint8_t, 16>;

class Witness {
 public:
  virtual ~Witness() = default;
  // By chance, for one record: without it somebody who knows a digest could try who spoke with whom until one fits.
  virtual Salt salt() noexcept = 0;
  virtual void written(std::string_view line, std::uint64_t captured_ns) noexcept = 0;  // without its end
  virtual void refused(keys::Reason reason, std::uint64_t captured_ns) noexcept = 0;
};

}  // namespace pellucid::audit

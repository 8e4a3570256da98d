// Deliverer: where the plaintext of opened sessions goes: to whom a grant gives `content`, and nowhere else. The exporter's
// thread owns it; what it is given is gone when deliver() returns.
#pragma once
#include "lib/export/record.h"

namespace pellucid::exporter {

class Deliverer {
 public:
  virtual ~Deliverer() = default;
  // One `text` record. False: it was not written, and its octets are missing from what is delivered.
  virtual bool deliver(const View& text) noexcept = 0;
};

}  // namespace pellucid::exporter

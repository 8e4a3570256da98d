// Source: where bursts of frames come from. A driver implements it; one worker (or the reader) owns it and calls it.
#pragma once
#include <string>

#include "lib/net/key.h"

namespace pellucid::engine {

class Source {
 public:
  virtual ~Source() = default;
  // Fills up to net::kBurst rows (the source's part: frame, ts_ns, len, wire_len, iface, frames = 1, link; flags = 0 or
  // kRowShort) and sets burst.n. Frames stay valid until the next pull. False: nothing will come any more, see failure().
  virtual bool pull(net::Burst& burst) noexcept = 0;
  // Empty, or one line that says what went wrong and where (file and offset). Valid after pull() gave false.
  virtual std::string failure() const { return {}; }
};

}  // namespace pellucid::engine

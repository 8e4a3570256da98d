// Dpi: deep packet inspection by a library, asked only for flows that no reader of ours recognises. A driver implements it;
// one worker owns one. Jobs come as a burst; memory comes from a bounded arena of the driver's own.
#pragma once
#include "lib/base/bytes.h"
#include "lib/base/id.h"
#include "lib/classify/label.h"
#include "lib/net/key.h"

namespace pellucid::classify {

struct DpiJob {
  std::uint32_t flow;    // the worker's, for settling
  std::uint32_t handle;  // the driver's, kNone asks for a new one; the driver writes it back, kNone when given back or full
  Bytes packet;          // from the innermost network header on
  std::uint64_t ts_ns;
  Dir dir;
  bool decided;          // out: label is final, the handle was given back
  Label label;           // out
};

struct NameAsk {  // our reader knows the protocol and a name: which application is it?
  std::uint16_t master;
  std::string_view name;  // host name, lower or upper case as on the wire
};

class Dpi {
 public:
  virtual ~Dpi() = default;
  // In order; several jobs may name one flow: the driver passes the handle on, and leaves jobs after the decision alone.
  virtual void inspect(DpiJob* jobs, unsigned n) noexcept = 0;
  // The best guess for a flow that is not decided (budget spent, or it ended); gives the handle back.
  virtual Label give_up(std::uint32_t handle) noexcept = 0;
  virtual void drop(std::uint32_t handle) noexcept = 0;  // gives the handle back, nothing asked
  virtual Label name(const NameAsk& ask) noexcept = 0;   // label with by = name, or by = parser where no list knows it
  // A guess by addresses and ports alone, for flows in which DPI was never asked (key is canonical; `swapped`: source is b).
  virtual Label guess(const net::Key& key, bool swapped) noexcept = 0;
  virtual std::uint64_t arena_full() const noexcept = 0;  // allocations refused since start
};

// Names of numbers, for the exporter thread: immutable after construction.
class Names {
 public:
  virtual ~Names() = default;
  virtual std::string_view protocol(std::uint16_t id) const noexcept = 0;
  virtual std::string_view category(std::uint16_t id) const noexcept = 0;
};

}  // namespace pellucid::classify

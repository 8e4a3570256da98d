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
  bool decided;  // out: label is final, the handle was given back
  Label label;   // out
};

enum class Source : std::uint8_t { a, b };  // which end of a canonical key began the flow

// Which application runs over a protocol that a reader of ours has read? Host names come first; where no list knows the name,
// the flow's addresses are looked up, as far as the key is given.
struct NameAsk {
  std::uint16_t master;
  std::string_view name;  // host name, in any case, straight from the wire; may be empty
  const net::Key* key = nullptr;
  bool swapped = false;  // the source is key.b
};

struct DpiStats {         // all but live and arena_bytes monotone; flows = decided + gave_up + dropped + live
  std::uint64_t packets;  // jobs that reached the library
  std::uint64_t flows;    // handles given out
  std::uint64_t decided;
  std::uint64_t gave_up;
  std::uint64_t dropped;
  std::uint64_t pool_full;   // jobs for which no handle was free
  std::uint64_t arena_full;  // allocations refused: the library then sees less of that flow
  std::uint64_t live;
  std::uint64_t arena_bytes;
};

class Dpi {
 public:
  virtual ~Dpi() = default;
  // In order; several jobs may name one flow: the driver passes the handle on, and leaves jobs after the decision alone, their
  // handle kNone.
  virtual void inspect(DpiJob* jobs, unsigned n) noexcept = 0;
  // The best guess for a flow that is not decided (budget spent, or it ended); gives the handle back. Unknown and by = ndpi: it
  // was looked at, and a guess by ports was ruled out. Unknown and by = nobody: its packets could not be read; guess() may
  // help.
  virtual Label give_up(std::uint32_t handle) noexcept = 0;
  // Gives the handle back, nothing asked. A handle that was given back already is ignored.
  virtual void drop(std::uint32_t handle) noexcept = 0;
  // Label with by = name (a list knew the name, or else the address), or by = parser where none does and the app is the master.
  virtual Label name(const NameAsk& ask) noexcept = 0;
  // A guess by addresses and ports alone, for flows in which DPI was never asked (key is canonical).
  virtual Label guess(const net::Key& key, Source source) noexcept = 0;
  virtual std::uint64_t arena_full() const noexcept = 0;  // allocations refused since start
  virtual DpiStats stats() const noexcept { return {}; }
};

// Names of numbers, for the exporter thread: immutable after construction.
class Names {
 public:
  virtual ~Names() = default;
  virtual std::string_view protocol(std::uint16_t id) const noexcept = 0;
  virtual std::string_view category(std::uint16_t id) const noexcept = 0;
  virtual std::uint16_t protocols() const noexcept = 0;  // numbers below this have a name
  virtual std::uint16_t categories() const noexcept = 0;
};

}  // namespace pellucid::classify

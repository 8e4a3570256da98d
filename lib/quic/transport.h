// Transport: the parameters that a hello's extension of that name carries (RFC 9000 18). Pure functions over the caller's
// bytes, any thread.
#pragma once
#include "lib/base/cursor.h"

namespace pellucid::quic {

inline constexpr std::uint16_t kTransportExtension = 0x0039, kTransportOfDrafts = 0xffa5;  // RFC 9001 8.2, drafts up to 32
inline constexpr std::uint64_t kUserAgent = 0x3129;                                        // Google's

struct Parameter {
  std::uint64_t id;
  Bytes value;
};
class Parameters {  // `for (Parameter p; list.next(p);)`; ok() is false once one did not fit
 public:
  explicit Parameters(Bytes extension) noexcept : in_(extension) {}
  bool next(Parameter& out) noexcept;
  bool ok() const noexcept { return in_.ok(); }

 private:
  Cursor in_;
};

Bytes find_parameter(Bytes extension, std::uint64_t id) noexcept;  // its value; empty: it is not there

}  // namespace pellucid::quic

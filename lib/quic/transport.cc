#include "lib/quic/transport.h"

#include "lib/quic/varint.h"

namespace pellucid::quic {

bool Parameters::next(Parameter& out) noexcept {
  if (!in_.ok() || in_.left() == 0) return false;
  out.id = read_varint(in_);
  out.value = take_varint(in_);
  return in_.ok();
}

Bytes find_parameter(Bytes extension, std::uint64_t id) noexcept {
  Parameters list(extension);
  for (Parameter p; list.next(p);) {
    if (p.id == id) return p.value;
  }
  return {};
}

}  // namespace pellucid::quic

// DtlsFlow: a handshake of DTLS: what puts its messages in order, and the session that reads them. It lives in a slab of the
// worker that owns the flow; only that worker's thread touches it.
#pragma once
#include "lib/tls/dtls.h"

namespace pellucid::engine {

struct DtlsFlow {
  tls::Dtls order;
  std::uint32_t tls;  // the tls::Session
};
static_assert(std::is_trivially_copyable_v<DtlsFlow>);

}  // namespace pellucid::engine

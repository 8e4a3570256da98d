// The PROXY protocol: how a load balancer tells a server, before the stream's first octet, whom it speaks for. Pure; any
// thread. https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt, sections 2.1 and 2.2.
#pragma once
#include <cstddef>

#include "lib/base/bytes.h"

namespace pellucid::engine {

inline constexpr std::size_t kMaxProxyLine = 107;   // of version 1, with its line end
inline constexpr std::size_t kMaxProxyBlock = 536;  // of version 2: what senders keep to, so that it fits the first segment

// The size of the header that these first bytes of a stream begin with, 0 if they do not. It has to be there whole: senders are
// bound to put it into one segment.
std::size_t proxy_header(Bytes first) noexcept;

}  // namespace pellucid::engine

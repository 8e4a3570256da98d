// read_headers: from the link header to the innermost transport header, through tunnels, into a row and its key.
// Stateless; a worker calls it for each row of a burst. RFC 791, 8200, 9293, 768, 792, 4443, 9260, 4303, 4302, 2784, 2890,
// 7637, 7348, 8926, 4380, 7510, 8086, 3948; 3GPP TS 29.281; IEEE 802.1Q.
#pragma once
#include "lib/net/key.h"
#include "lib/net/layers.h"
#include "lib/net/trail.h"

namespace pellucid::net {

struct ParseOptions {
  bool ignore_vlan = false;  // a tap that shows each direction on its own VLAN: tags are read, but do not part flows
};

// In: frame, len, wire_len, link, and kRowReassembled in flags where so (then l3 too: where the header is that was fragmented;
// what headers before it say of lengths bounds nothing). Out: all that the parser fills (fate first), and the key when fate is
// flow; a fragment has l3, payload, proto, and in `hash` its space_of(), for Frags. Lengths never exceed what was captured; a
// frame cut by the snap length still has its flow, with kRowShort. A tunnel without IP in it is itself the flow, and so is UDP
// on a tunnel's port with anything unsound in it. AH ends a packet's headers as ESP does: a flow by its SPI. `layers`, if
// given, is filled as far as headers were read. Never fails otherwise than by fate = error.
void read_headers(Row& row, Key& key, const ParseOptions& options, Layers* layers = nullptr) noexcept;

// The same, and every identifier on the way: also of a tunnel that then is taken for plain UDP, or of a packet refused further
// in. Not for the packet path.
void trace_headers(Row& row, Key& key, const ParseOptions& options, Layers& layers, Trail& trail) noexcept;

}  // namespace pellucid::net

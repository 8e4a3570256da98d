// Datagrams: every packet of one lies within it, and reading goes on behind each; Google's hellos lie within theirs.
#include "lib/base/check.h"
#include "lib/quic/google.h"
#include "lib/quic/header.h"

using namespace pellucid;
using namespace pellucid::quic;

namespace {

bool within(Bytes part, Bytes whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes datagram(data, size);
  const bool begins = probe(datagram) == Probe::yes;
  const Result<Packet> first = read_packet(datagram);
  CHECK(!begins || first || is_google(datagram));
  for (Bytes left = datagram; !left.empty();) {
    const Result<Packet> p = read_packet(left);
    if (!p) break;
    for (const Bytes part : {p->dcid, p->scid, p->token, p->versions, p->whole}) CHECK(within(part, left));
    CHECK(!p->whole.empty() && p->number_at <= p->whole.size());
    CHECK(p->type == Type::unread || p->type == Type::negotiation || (p->dcid.size() <= kMaxId && p->scid.size() <= kMaxId));
    left = left.subspan(p->whole.size());
  }
  if (const Result<GooglePacket> g = read_google(datagram); g) {
    CHECK(within(g->hello, datagram) && g->hello.size() <= kMaxGoogle);
    Tags tags(g->hello);
    unsigned n = 0;
    for (Tag t; tags.next(t); ++n) CHECK(within(t.value, g->hello) && t.name.size() <= 4);
    CHECK(n <= kMaxTags);
  }
  return 0;
}

// A connection fed with anything: packets that are sealed here, so that what is inside them is reached, and datagrams as they
// are. What it holds is bounded, and everything is given back. A command: an octet of flags, two of length, the bytes. Flags: 1
// from below; 2 as it is; 4 version 2; 8 the server's keys; 16 another id; 32 the message at the front is passed.
#include "lib/quic/session.h"
#include "test/unit/quic/make.h"

using namespace pellucid;
using namespace pellucid::quic;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const openssl::Hasher hasher;
  static const auto aes = openssl::make_aes128();
  static Rooms rooms(2);
  static std::vector<std::uint8_t> scratch(kMaxDatagram);
  std::uint32_t budget = 6;
  Tools tools{hasher, *aes, rooms, scratch, budget};
  quic::Session s;
  reset(s);
  std::uint32_t number = 0;
  for (Cursor in(Bytes(data, size)); in.left() >= 3;) {
    const std::uint8_t flags = in.u8();
    const Bytes bytes = in.take(std::min<std::size_t>(in.u16(), in.left()));
    const Dir dir = (flags & 1) == 0 ? Dir::up : Dir::down;
    Octets datagram(bytes.begin(), bytes.end());
    if ((flags & 2) == 0) {
      const Octets id(8, (flags & 16) != 0 ? 2 : 1);
      datagram = seal({.version = (flags & 4) != 0 ? kV2 : kV1,
                       .sender = (flags & 8) != 0 ? quic::End::server : quic::End::client,
                       .origin = id,
                       .dcid = id,
                       .number = number++},
                      {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(bytes.size(), 9000))});
    }
    for (Bytes left = datagram; !left.empty();) {
      Bytes rest;
      CHECK(take(s, dir, left, tools, rest) < Fate::kCount && rest.size() < left.size());
      left = rest;
    }
    const Bytes all = message(s, dir, rooms);
    CHECK(all.empty() || (all.size() >= 4 && all.size() <= kMaxAhead));
    if ((flags & 32) != 0) pass(s, dir, all.size(), rooms);
  }
  CHECK(s.derivations <= kMaxDerivations && s.derivations + budget == 6 && s.initials <= kMaxInitials);
  CHECK(s.id[0].size <= kMaxId && s.id[1].size <= kMaxId && s.origin.size <= kMaxId);
  drop(s, rooms);
  CHECK(rooms.live() == 0);
  return 0;
}

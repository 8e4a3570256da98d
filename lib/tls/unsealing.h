// Unsealing: what the parts of unseal() share: the record at hand, its pieces to the engine, what comes of them. Used by
// unseal.cc and resync.cc alone.
#pragma once
#include "lib/tls/unseal.h"

namespace pellucid::tls {

struct Unsealing {  // a running unseal()
  Unsealer& u;
  Bytes& bytes;
  const UnsealBench& bench;
  Unsealed& out;
};

void remember(Unsealer& u, Bytes passed) noexcept;  // what CBC in TLS 1.0 needs of what passes
crypto::Record record_of(const Unsealer& u) noexcept;
crypto::Piece open_piece(Unsealing& w, const crypto::Record& record, Bytes body) noexcept;  // a body that is there as a whole
UnsealEvent accept(Unsealing& w, Bytes text) noexcept;
void end_record(Unsealer& u, const UnsealBench& bench) noexcept;
UnsealEvent give_up(Unsealer& u, const UnsealBench& bench) noexcept;
// Looks for a header octet by octet, and takes in what may be a record as a whole, since only its tag proves it.
UnsealEvent seek(Unsealing& w) noexcept;

}  // namespace pellucid::tls

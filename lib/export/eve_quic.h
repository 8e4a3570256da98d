// QuicText: the `quic` object of a record and what we add to it, made again from the raw hellos. Functions, exporter thread.
#pragma once
#include "lib/crypto/hash.h"
#include "lib/export/json.h"
#include "lib/export/record.h"

namespace pellucid::exporter {

void write_quic(Json& json, const View& v, const crypto::Digests& digests) noexcept;
void write_quic_own(Json& json, const View& v) noexcept;  // inside pellucid

}  // namespace pellucid::exporter

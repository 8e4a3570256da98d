// Report: writes a flow's records into the ring; a full ring costs the record, counted. Functions over one worker's State.
#pragma once
#include "lib/engine/state.h"
#include "lib/export/draft.h"

namespace pellucid::engine {

void report_flow(State& s, std::uint32_t flow, exporter::Kind kind, flow::End end) noexcept;
void report_tls(State& s, std::uint32_t flow, const tls::Session& session, metrics::TlsMode mode) noexcept;
// `hellos` may be null: none came.
void report_quic(State& s, std::uint32_t flow, const Quic& quic, const tls::Session* hellos) noexcept;
void report_decrypt(State& s, std::uint32_t flow, const Opened& opened) noexcept;
// Plaintext of an opened session, for whom the terms of it give it to; `offset` counts the octets of its direction.
void report_text(State& s, std::uint32_t flow, const Opened& opened, Dir dir, Bytes text, std::uint64_t offset,
                 std::uint64_t missed) noexcept;
void report_text_end(State& s, std::uint32_t flow, const Opened& opened) noexcept;
void report_dns(State& s, std::uint32_t flow, const exporter::Piece& message, std::uint8_t response) noexcept;
void report_http(State& s, std::uint32_t flow, const http::Session& session) noexcept;

}  // namespace pellucid::engine

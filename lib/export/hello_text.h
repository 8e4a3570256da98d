// What records of TLS and of QUIC say of a hello in the same way. Functions, exporter thread.
#pragma once
#include <string>

#include "lib/crypto/hash.h"
#include "lib/export/json.h"

namespace pellucid::exporter {

void write_number_name(std::string& out, std::string_view name, std::uint16_t number) noexcept;  // 0x and four digits without
void write_alpns(Json& json, std::string_view name, Bytes raw) noexcept;                         // nothing where there are none
void write_text(Json& json, std::string_view name, std::string_view text) noexcept;              // … likewise
// JA3's form: the text and its MD5.
void write_ja3(Json& json, std::string_view name, const std::string& text, const crypto::Digests& digests) noexcept;

}  // namespace pellucid::exporter

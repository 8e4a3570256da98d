#include "lib/export/eve_decrypt.h"

#include "lib/export/text.h"

namespace pellucid::exporter {
namespace {

void write_proofs(Json& json, std::uint8_t verified) noexcept {
  json.open_array("verified");
  for (unsigned i = 0; i < std::size(keys::kProofLabels); ++i) {
    if ((verified >> i & 1) != 0) json.text(keys::kProofLabels[i]);
  }
  json.close_array();
}

void write_authority(Json& json, const DecryptBody& b, const GrantNames* grants) noexcept {
  if (grants != nullptr && b.terms.grant < grants->size()) {
    json.text("grant", (*grants)[b.terms.grant].id);
    json.text("purpose", (*grants)[b.terms.grant].purpose);
  }
  json.text("method", keys::label(b.terms.method));
  json.text("depth", keys::label(b.terms.depth));
}

}  // namespace

void write_decrypt_own(Json& json, const View& v, const GrantNames* grants, const DecryptMore& more) noexcept {
  const DecryptBody& b = v.as<DecryptBody>();
  json.open_object("decrypt");
  write_authority(json, b, grants);
  json.text("result", label(b.result));
  if (b.terms.reason != keys::Reason::none) json.text("reason", keys::label(b.terms.reason));
  if (more.count > 1) json.number("count", more.count);
  if (b.terms.has_key_id != 0) {
    json.made("key_id", [&](std::string& out) { write_hex(out, b.terms.key_id); });
    json.text("custody", "software");
  }
  if (b.terms.visibility != keys::Visibility::unasked) json.text("ets_visibility", keys::label(b.terms.visibility));
  write_proofs(json, b.terms.verified);
  json.number("records_ok", b.records_ok);
  json.number("records_bad", b.records_bad);
  json.number("records_lost", b.records_lost);
  json.number("bytes", b.bytes);
  if (b.missed != 0) json.number("bytes_missed", b.missed);
  if (!more.salt.empty()) json.made("salt", [&](std::string& out) { write_hex(out, more.salt); });
  json.close_object();
}

}  // namespace pellucid::exporter

// EveDecrypt: the text of `decrypt` records: under what authority a session was opened, how far, and what came of it.
#pragma once
#include <string>
#include <vector>

#include "lib/export/json.h"
#include "lib/export/record.h"

namespace pellucid::exporter {

struct GrantName {
  std::string id, purpose;
};
using GrantNames = std::vector<GrantName>;  // by the numbers that records bear

// What the exporter knows of such a record and its worker does not.
struct DecryptMore {
  std::uint64_t count = 1;  // for how many refusals it stands
  Bytes salt = {};          // of its digest in the audit log; empty: there is none
};

void write_decrypt_own(Json& json, const View& record, const GrantNames* grants, const DecryptMore& more) noexcept;

}  // namespace pellucid::exporter

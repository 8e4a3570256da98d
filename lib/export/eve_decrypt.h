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

void write_decrypt_own(Json& json, const View& record, const GrantNames* grants, std::uint64_t count) noexcept;

}  // namespace pellucid::exporter

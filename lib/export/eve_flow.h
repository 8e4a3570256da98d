// The `flow` and `tcp` objects of flow and flow_update records, and what we add to them. Plain functions of the exporter
// thread.
#pragma once
#include "lib/export/json.h"
#include "lib/export/record.h"

namespace pellucid::exporter {

void write_flow(Json& json, const View& v) noexcept;      // flow, tcp
void write_flow_own(Json& json, const View& v) noexcept;  // inside pellucid: reason, midstream, one_sided

}  // namespace pellucid::exporter

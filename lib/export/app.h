// App: a verdict's numbers as names: nDPI's in `pellucid.app`, EVE's in `app_proto`. Plain functions of the exporter thread.
#pragma once
#include "lib/classify/dpi.h"
#include "lib/export/json.h"
#include "lib/export/record.h"

namespace pellucid::exporter {

// "TLS.Microsoft", "TLS", "Unknown"; where there are no names, the numbers: "91.212".
void write_app_name(std::string& out, const Head& head, const classify::Names* names) noexcept;
void write_app(Json& json, const Head& head, const classify::Names* names) noexcept;  // the object `app`

// EVE's app_proto: a name that Suricata uses, "failed" where the payload is of none of those, "unknown" where nobody looked.
std::string_view app_proto(const Head& head, const classify::Names* names) noexcept;

}  // namespace pellucid::exporter

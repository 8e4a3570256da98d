// The `http` object of a record, read again from the raw header blocks. Cookies and credentials are never written, also not
// those inside a URL. A plain function of the exporter thread.
#pragma once
#include "lib/export/json.h"
#include "lib/export/record.h"

namespace pellucid::exporter {

void write_http(Json& json, const View& v) noexcept;  // tx_id, http

// A URL without its userinfo (RFC 3986 3.2.1), which is a credential (RFC 9110 4.2.4).
std::string without_userinfo(std::string_view url) noexcept;

}  // namespace pellucid::exporter

// PEM: what is DER becomes text, because JSON carries nothing else (RFC 7468). Pure.
#pragma once
#include <string>
#include <string_view>

namespace pellucid::app {

// A file as it is, if it is not DER.
std::string as_pem(std::string file, std::string_view label);

}  // namespace pellucid::app

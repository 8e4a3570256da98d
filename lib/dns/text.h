// Text: names and record data as they stand in records. Exporter side only: it uses std::string, which no worker may.
#pragma once
#include <string>

#include "lib/dns/data.h"

namespace pellucid::dns {

void write_type(std::string& out, std::uint16_t type) noexcept;                // HTTPS; 65280 where no name is registered
void write_rcode(std::string& out, unsigned rcode) noexcept;                   // NXDOMAIN; 3841 likewise
void write_name(std::string& out, const Message& m, std::size_t at) noexcept;  // the root, or what cannot be read: nothing

// For Form::text: names; TXT strings joined; `1 svc.example` for SVCB and HTTPS; `0 issue "ca.example"` for CAA.
// TXT and CAA may hold any octets.
void write_data(std::string& out, const Message& m, const Record& r) noexcept;

}  // namespace pellucid::dns

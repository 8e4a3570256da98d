// Look-ups in nDPI's lists of host names, addresses and ports, without its dissectors. Functions over one worker's module.
#pragma once
#include "drivers/dpi/ndpi/known.h"
#include "drivers/dpi/ndpi/module.h"
#include "lib/classify/dpi.h"

namespace pellucid::dpi {

struct Ends {  // of a flow, seen from its source; ports in host order, 0 where the protocol has none
  const std::uint8_t* src;
  const std::uint8_t* dst;
  std::uint16_t sport;
  std::uint16_t dport;
};

Ends ends_of(const net::Key& key, bool swapped) noexcept;

// Makes `flow` a blank flow with these ends.
void fill_flow(ndpi_flow_struct& flow, const net::Key& key, const Ends& ends) noexcept;

// The application that owns one of the addresses, the source's first; 0: none is known. nDPI 4.2 lists IPv4 only.
std::uint16_t look_up_host(ndpi_detection_module_struct& module, Known& known, const net::Key& key, const Ends& ends) noexcept;

// See classify::Dpi::name. `scratch` is overwritten.
classify::Label look_up_name(ndpi_detection_module_struct& module, Known& known, ndpi_flow_struct& scratch,
                             const classify::NameAsk& ask) noexcept;

}  // namespace pellucid::dpi

#include "app/deliveries.h"

namespace pellucid::app {

std::optional<pcapng::Delivery> delivery_of(const keys::Grant& g) {
  if (g.files == keys::Files::none) return std::nullopt;
  pcapng::Delivery d{g.id, "Grant " + g.id + ": " + g.purpose + ". Packets rebuilt around plaintext by Pellucid", {}};
  if (g.files == keys::Files::encrypted) {
    for (const keys::Certificate& c : g.recipients) d.recipients.push_back(c.der);
  }
  return d;
}

}  // namespace pellucid::app

// delivery_of: to whom the content that a grant gives is written. Any thread.
#pragma once
#include <optional>

#include "drivers/out/pcapng/deliveries.h"
#include "lib/keys/grant.h"

namespace pellucid::app {

std::optional<pcapng::Delivery> delivery_of(const keys::Grant& grant);  // none: to nobody

}  // namespace pellucid::app

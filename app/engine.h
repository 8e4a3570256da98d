// make_engine: the engine that opens a worker's records: the fast one for what it knows, the complete one for the rest.
#pragma once
#include <memory>

#include "lib/crypto/engine.h"

namespace pellucid::app {

// Null: this machine has none.
std::unique_ptr<crypto::Engine> make_engine(std::uint32_t sessions);

}  // namespace pellucid::app

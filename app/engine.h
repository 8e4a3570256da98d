// make_engine: the engine that opens a worker's records: the fast one for what it knows, the complete one for the rest; and
// what a worker opens QUIC's first packets with.
#pragma once
#include <memory>

#include "lib/crypto/engine.h"
#include "lib/engine/quic.h"

namespace pellucid::app {

// Null: this machine has none.
std::unique_ptr<crypto::Engine> make_engine(std::uint32_t sessions);

// One worker's. Where the CPU lacks what the fast library needs, the other one does its work.
class PacketOpener {
 public:
  PacketOpener();
  engine::FirstPackets parts() const noexcept { return {hasher_.get(), aes_.get()}; }

 private:
  std::unique_ptr<crypto::Hasher> hasher_;
  std::unique_ptr<crypto::Aes128> aes_;
};

}  // namespace pellucid::app

// Hasher by OpenSSL: its plain functions, whose state is a value that may stand anywhere and needs no allocation; the newer
// ones keep it on the heap. Any thread.
#pragma once
#include "lib/crypto/hasher.h"

namespace pellucid::openssl {

class Hasher final : public crypto::Hasher {
 public:
  void start(crypto::Hash how, crypto::Running& running) const noexcept override;
  void add(crypto::Running& running, Bytes bytes) const noexcept override;
  void read(const crypto::Running& running, MutBytes out) const noexcept override;
};

}  // namespace pellucid::openssl

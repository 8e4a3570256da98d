#include "drivers/crypto/ipsecmb/aes128.h"

#include <new>

#include <intel-ipsec-mb.h>

#include "drivers/crypto/ipsecmb/manager.h"
#include "lib/base/check.h"
#include "lib/base/secret.h"

namespace pellucid::ipsecmb {
namespace {

using crypto::Hash;
using crypto::Running;

class Aes128 final : public crypto::Aes128 {
 public:
  explicit Aes128(Manager manager) : manager_(std::move(manager)) {}

  // The library's one-block function is CFB's, which is ECB's over its IV where the text is zeros.
  void block(Bytes key, Bytes in, MutBytes out) noexcept override {
    alignas(16) std::uint8_t enc[16 * 11], dec[16 * 11];
    constexpr std::uint8_t kZeros[crypto::kAesBlock] = {};
    IMB_AES_KEYEXP_128(manager_.get(), key.data(), enc, dec);
    IMB_AES128_CFB_ONE(manager_.get(), out.data(), kZeros, in.data(), enc, crypto::kAesBlock);
  }

  bool open(const crypto::Sealed& s, std::uint8_t* out) noexcept override {
    std::uint8_t tag[crypto::kGcmTag];
    gcm_context_data running;
    IMB_AES128_GCM_PRE(manager_.get(), s.key.data(), &key_);
    IMB_AES128_GCM_DEC(manager_.get(), &key_, &running, out, s.text.data(), s.text.size(), s.nonce.data(), s.also.data(),
                       s.also.size(), tag, sizeof tag);
    return same_secret(tag, s.tag);
  }

 private:
  Manager manager_;
  alignas(kLine) gcm_key_data key_;
};

struct Message {
  std::uint32_t size;
  std::uint8_t bytes[kMaxHashed];
};
static_assert(sizeof(Message) <= sizeof(Running::state));

Message& message_of(Running& running) noexcept { return *std::launder(reinterpret_cast<Message*>(running.state)); }
const Message& message_of(const Running& running) noexcept {
  return *std::launder(reinterpret_cast<const Message*>(running.state));
}

class Hasher final : public crypto::Hasher {
 public:
  explicit Hasher(Manager manager) : manager_(std::move(manager)) {}

  void start(Hash how, Running& running) const noexcept override {
    CHECK(how == Hash::sha256);
    running.how = how;
    new (running.state) Message{};
  }
  void add(Running& running, Bytes bytes) const noexcept override {
    Message& m = message_of(running);
    CHECK(bytes.size() <= sizeof m.bytes - m.size);
    if (!bytes.empty()) std::memcpy(m.bytes + m.size, bytes.data(), bytes.size());
    m.size += static_cast<std::uint32_t>(bytes.size());
  }
  void read(const Running& running, MutBytes out) const noexcept override {
    const Message& m = message_of(running);
    IMB_SHA256(manager_.get(), m.bytes, m.size, out.data());
  }

 private:
  Manager manager_;
};

}  // namespace

std::unique_ptr<crypto::Aes128> make_aes128() {
  Manager manager = make_manager();
  return manager == nullptr ? nullptr : std::make_unique<Aes128>(std::move(manager));
}

std::unique_ptr<crypto::Hasher> make_hasher() {
  Manager manager = make_manager();
  return manager == nullptr ? nullptr : std::make_unique<Hasher>(std::move(manager));
}

}  // namespace pellucid::ipsecmb

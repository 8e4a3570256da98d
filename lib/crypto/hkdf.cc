#include "lib/crypto/hkdf.h"

#include <algorithm>

#include "lib/base/check.h"

namespace pellucid::crypto {

void extract(const Hasher& hasher, Hash how, Bytes salt, Bytes input, MutBytes out) noexcept {
  Hmac(hasher, how, salt).make({input}, out);
}

void expand(const Hmac& secret, Bytes info, MutBytes out) noexcept {
  CHECK(out.size() <= kMaxExpanded);
  Secret<kMaxHash> block;
  Bytes last;  // the first block has none before it
  std::uint8_t number = 1;
  while (!out.empty()) {
    const MutBytes whole = block.bytes().first(secret.size());
    secret.make({last, info, Bytes(&number, 1)}, whole);
    const std::size_t take = std::min(out.size(), whole.size());
    std::memcpy(out.data(), whole.data(), take);
    out = out.subspan(take);
    last = whole;
    ++number;
  }
}

void expand_label(const Hmac& secret, std::string_view label, Bytes context, MutBytes out) noexcept {
  constexpr std::string_view kPrefix = "tls13 ";
  CHECK(label.size() <= kMaxLabel && context.size() <= kMaxContext);
  std::uint8_t info[2 + 1 + kPrefix.size() + kMaxLabel + 1 + kMaxContext];
  std::uint8_t* at = info;
  *at++ = static_cast<std::uint8_t>(out.size() >> 8);
  *at++ = static_cast<std::uint8_t>(out.size());
  *at++ = static_cast<std::uint8_t>(kPrefix.size() + label.size());
  at = std::copy(kPrefix.begin(), kPrefix.end(), at);
  at = std::copy(label.begin(), label.end(), at);
  *at++ = static_cast<std::uint8_t>(context.size());
  at = std::copy(context.begin(), context.end(), at);
  expand(secret, Bytes(info, at), out);
}

}  // namespace pellucid::crypto

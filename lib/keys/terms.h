// Terms: under whose authority a session is opened, by what and how far: what a lease comes with and what a `decrypt` record
// tells. A value, any thread.
#pragma once
#include <cstdint>
#include <string_view>

#include "lib/keys/reason.h"

namespace pellucid::keys {

enum class Method : std::uint8_t { ets, keylog, rsa };
inline constexpr std::string_view kMethodLabels[] = {"ets", "keylog", "rsa"};
constexpr std::string_view label(Method m) noexcept { return kMethodLabels[static_cast<std::size_t>(m)]; }

enum class Depth : std::uint8_t { metadata, handshake, headers, content };  // from least to most
inline constexpr std::string_view kDepthLabels[] = {"metadata", "handshake", "headers", "content"};
constexpr std::string_view label(Depth d) noexcept { return kDepthLabels[static_cast<std::size_t>(d)]; }

enum class Direction : std::uint8_t { both, to_server, to_client };
inline constexpr std::string_view kDirectionLabels[] = {"both", "to_server", "to_client"};
constexpr std::string_view label(Direction d) noexcept { return kDirectionLabels[static_cast<std::size_t>(d)]; }

// What the server's certificate says of the key that was used (TS 103 523-3, 4.3.3).
enum class Visibility : std::uint8_t { unasked, absent, mismatch, match, inherited, annex_a };
inline constexpr std::string_view kVisibilityLabels[] = {"", "absent", "mismatch", "match", "inherited", "annex_a"};
constexpr std::string_view label(Visibility v) noexcept { return kVisibilityLabels[static_cast<std::size_t>(v)]; }

// Proofs that were looked at and held, a bit each.
enum class Proof : std::uint8_t { server_finished, client_finished, certificate_verify, chain, binder };
inline constexpr std::string_view kProofLabels[] = {"server_finished", "client_finished", "certificate_verify", "chain",
                                                    "binder"};
constexpr std::uint8_t bit(Proof p) noexcept { return static_cast<std::uint8_t>(1u << static_cast<unsigned>(p)); }

inline constexpr std::uint16_t kNoGrant = 0xffff;
inline constexpr std::size_t kKeyId = 8;  // octets of a key's fingerprint that name it

inline constexpr std::uint64_t kAllAllowed = ~std::uint64_t{0};

struct Terms {
  std::uint64_t first_bytes = 0;          // of each direction; 0: all
  std::uint64_t allowance = kAllAllowed;  // octets of data that the quota has given the session so far, both directions
  std::uint8_t key_id[kKeyId] = {};
  std::uint16_t grant = kNoGrant;  // as the keeper numbers them
  Method method = Method::keylog;
  Depth depth = Depth::metadata;
  Direction direction = Direction::both;
  Visibility visibility = Visibility::unasked;
  std::uint8_t verified = 0;  // Proof, a bit each
  Reason reason = Reason::none;
  std::uint8_t has_key_id = 0;
  std::uint8_t lab = 0;
  std::uint8_t client_certificates = 0;  // those of clients may be shown
};

}  // namespace pellucid::keys

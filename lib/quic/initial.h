// Initial: the keys of a connection's first packets, which anybody can make who saw them, and the packets opened with them (RFC
// 9001 5, RFC 9369 3.3). Functions, any thread.
#pragma once
#include "lib/crypto/aes128.h"
#include "lib/crypto/hasher.h"
#include "lib/quic/header.h"

namespace pellucid::quic {

enum class End : std::uint8_t { client, server };

struct Keys {  // of one direction; no secret: they are made of what stands in the clear
  std::uint8_t key[crypto::kAesKey];
  std::uint8_t iv[crypto::kGcmNonce];
  std::uint8_t mask[crypto::kAesKey];  // of header protection
};

// `id`: the destination of the client's first Initial, or after a Retry its source. `sender`: whose packets are to be opened.
void derive(const crypto::Hasher& hasher, const Version& version, Bytes id, End sender, Keys& out) noexcept;

inline constexpr std::size_t kMaxDatagram = 65535;  // octets that a packet can have, and its room with it

struct Plain {
  std::uint64_t number;
  Bytes payload;  // in the room that open() was given
};
// `expected`: one more than the greatest number that was opened. bad_value: the tag does not match, so that the keys are not
// this packet's; its room is then nothing.
Result<Plain> open(crypto::Aes128& aes, const Keys& keys, const Packet& packet, std::uint64_t expected, MutBytes room) noexcept;

// Whether a Retry answers a client whose first Initial had this destination (RFC 9001 5.8).
bool is_answered(crypto::Aes128& aes, const Version& version, const Packet& retry, Bytes id) noexcept;

}  // namespace pellucid::quic

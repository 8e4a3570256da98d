// Engine: opens records of TLS, a burst's pieces in one call. A piece is what one packet brings of a record; those of a slot
// come in their order. A driver implements it; a worker owns one. What a record decrypts to is nothing before its tag matched:
// until `opened` stands there, whoever reads the output reads what anybody may have written.
#pragma once
#include <span>

#include "lib/base/id.h"
#include "lib/base/result.h"
#include "lib/crypto/suite.h"

namespace pellucid::crypto {

enum class Version : std::uint8_t { tls10, tls11, tls12, tls13 };
enum class MacOrder : std::uint8_t { mac_then_encrypt, encrypt_then_mac };  // RFC 5246 6.2.3.2, RFC 7366

// One direction of one session, until drop(). The engine copies what it needs.
struct KeyUse {
  Cipher cipher;
  Version version;
  Hash mac;  // as the suite says
  MacOrder order;
  Bytes key;
  Bytes iv;  // fixed part of the nonce; CBC has none
  Bytes mac_key;
};

struct Slot {
  std::uint32_t index = kNone;
  std::uint32_t generation = 0;  // so that a key given up is not taken for the one that came to its place
};

// How a record begins.
struct Record {
  std::uint64_t seq;
  std::uint16_t version;
  std::uint16_t length;  // as its header says
  std::uint8_t type;
  std::uint8_t nonce[16];  // GCM and CCM in TLS 1.2: the explicit nonce; CBC in TLS 1.0: the ciphertext block before
};

enum class Status : std::uint8_t {
  waiting,     // decrypted as far as it came; the record goes on
  opened,      // the record is whole and its tag or MAC matched
  bad_tag,     // it did not: nothing of this record may be used
  bad_length,  // a record that cannot be of this cipher
  no_record,   // a piece whose record's beginning was not opened
  no_key,      // the slot was given up
};

struct Piece {
  Slot slot;
  const Record* record;     // the record begins here; null: the piece continues it
  Bytes in;                 // ciphertext, without header, explicit nonce and tag; CBC and NULL: all that follows the header
  std::uint8_t* out;        // room for as many octets as `in` has; may be in's own
  const std::uint8_t* tag;  // the record ends here, in this tag; null: it goes on. CBC and NULL have none and come whole
  std::uint32_t size;       // set: octets of plaintext; for TLS 1.3 the inner plaintext with its type and padding
  Status status;            // set
};

inline constexpr std::size_t kMaxWhole = (1u << 14) + 2048;  // octets of a record that comes whole (RFC 5246 6.2.3)
inline constexpr std::uint32_t kMaxSlots = 1u << 18;         // key slots of an engine: two a session

class Engine {
 public:
  virtual ~Engine() = default;
  // unsupported: not by this engine; bad_length: a key, IV or MAC key of another size than the cipher has; full.
  virtual Result<Slot> claim(const KeyUse& use) noexcept = 0;
  // Wipes everything that was made of the key.
  virtual void drop(Slot slot) noexcept = 0;
  virtual void open(std::span<Piece> pieces) noexcept = 0;
};

}  // namespace pellucid::crypto

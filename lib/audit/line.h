// Line: one entry of the audit log as it stands there: a JSON object whose fields have one order and one form, so that its text
// is what is hashed and signed. Written and read by plain functions; a view lives as long as its text.
#pragma once
#include <string>

#include "lib/audit/merkle.h"
#include "lib/crypto/sign.h"

namespace pellucid::audit {

inline constexpr std::size_t kMaxLine = 20 * 1024;  // octets
inline constexpr std::size_t kMaxField = 400;       // octets of a text; longer ones are cut

// What happened: who did what to what, and how it ended. A refusal says why.
struct Event {
  std::string_view actor;
  std::string_view role;
  std::string_view action;
  std::string_view object;
  std::string_view result;
  std::string_view reason;
};

struct Stamp {  // where in the log, and when
  std::uint64_t seq = 0;
  std::uint64_t time_ns = 0;  // since 1970
  std::string_view boot_id;
  Hash prev{};                          // of the line before; of the first line zeros
  std::string_view self = "pellucidd";  // who writes
};

enum class Kind : std::uint8_t {
  event,
  sessions,    // a root over the `decrypt` records of a second
  checkpoint,  // a signature over all lines so far
};

struct Sessions {
  Hash root{};
  std::uint64_t count = 0;
  std::uint64_t from_ns = 0, until_ns = 0;  // times of the first and the last of its records
};
struct Checkpoint {
  Hash authorities{};        // of the authority set in force; zeros: there is none
  std::uint64_t grants = 0;  // how often what must be remembered of grants was written by then
  Hash key{};                // SHA-256 of the public key
};

// Without its end. The checkpoint's text is what is signed; seal() puts the signature in.
std::string write_event(const Stamp& stamp, const Event& event);
std::string write_sessions(const Stamp& stamp, const Sessions& sessions);
std::string write_checkpoint(const Stamp& stamp, const Checkpoint& checkpoint);
void seal(std::string& checkpoint, Bytes signature);

struct Line {
  Kind kind = Kind::event;
  std::uint64_t seq = 0;
  Hash prev{};
  std::string_view time, boot_id;
  std::string_view actor, role, action, object, result, reason;  // as they stand there, escaped
  Sessions sessions;                                             // its times stand below
  std::string_view from, until;                                  // of sessions
  Checkpoint checkpoint;
  std::string_view signed_text;  // without its signature, and with the brace that closes it
  std::uint8_t signature[crypto::kSignature] = {};
};

// False: this is no line of ours. What was written reads back; nothing else does.
bool read_line(std::string_view text, Line& line);

bool read_hash(std::string_view hex, Hash& hash);  // false: it is none, and what it holds means nothing
Hash hash_of(const crypto::Digests& digests, std::string_view line) noexcept;

}  // namespace pellucid::audit

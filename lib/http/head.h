// Head: a header block of HTTP/1 as views: start line and fields (RFC 9112 2 to 5). A block is what Session keeps: complete
// lines, without the empty one at the end; a last line without its end was cut off and is not read. Any thread.
#pragma once
#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace pellucid::http {

inline constexpr std::size_t kMaxMethod = 24;  // octets of a method's token
inline constexpr unsigned kMaxFields = 512;    // fields looked at in one block

enum class Kind : std::uint8_t { request, response };

struct Head {
  Kind kind;
  std::uint16_t status;      // response: 100 to 999
  std::string_view method;   // request
  std::string_view target;   // request, as on the wire: origin, absolute, authority or asterisk form
  std::string_view version;  // `HTTP/1.1`; empty where the start line was cut
  std::string_view reason;   // response
  Bytes fields;
};
Result<Head> read_head(Bytes block) noexcept;

struct Field {
  std::string_view name;
  std::string_view value;  // without white space around it; a folded one (RFC 9112 5.2) keeps its line ends inside
};

class Fields {
 public:
  explicit Fields(const Head& head) noexcept : rest_(as_text(head.fields)) {}
  bool next(Field& out) noexcept;  // lines that are no fields are left out

 private:
  std::string_view rest_;
  unsigned read_ = 0;
};

bool same(std::string_view a, std::string_view b) noexcept;  // but for the case of ASCII letters
// The first field of that name; empty where there is none.
std::string_view field(const Head& head, std::string_view name) noexcept;

struct Authority {
  std::string_view host;  // without port, an IPv6 address without its brackets
  std::uint16_t port;     // 0: none was named
};
// Whom a request is for: the target's authority where it has one, else the Host field (RFC 9112 3.2, 3.3).
Authority authority(const Head& request) noexcept;

// Is this line, its end included or not, a request line of HTTP/1: token, space, target, space, `HTTP/1.` and a digit?
bool request_line(std::string_view line) noexcept;
// Does it begin like one: a token that is not too long, then a space? False as well where the token has not ended.
bool begins_request(std::string_view line) noexcept;

}  // namespace pellucid::http

// Der: a bounded reader of DER (X.690): one element at a time, short tags, definite lengths that fit, a limited depth. Views
// into the caller's bytes, any thread.
#pragma once
#include "lib/base/cursor.h"

namespace pellucid::x509 {

inline constexpr unsigned kMaxDepth = 16;  // elements within elements

struct Element {
  std::uint8_t tag;
  std::uint8_t depth;  // of its contents
  Bytes body;
  Bytes whole;  // tag and length included
};

inline constexpr std::uint8_t kDerBoolean = 0x01;
inline constexpr std::uint8_t kDerInteger = 0x02;
inline constexpr std::uint8_t kDerOctets = 0x04;
inline constexpr std::uint8_t kDerOid = 0x06;
inline constexpr std::uint8_t kDerUtf8 = 0x0c;
inline constexpr std::uint8_t kDerUtcTime = 0x17;
inline constexpr std::uint8_t kDerGeneralTime = 0x18;
inline constexpr std::uint8_t kDerSequence = 0x30;
inline constexpr std::uint8_t kDerSet = 0x31;
constexpr std::uint8_t der_context(unsigned n) noexcept { return static_cast<std::uint8_t>(0x80 | n); }      // [n] primitive
constexpr std::uint8_t der_constructed(unsigned n) noexcept { return static_cast<std::uint8_t>(0xa0 | n); }  // [n] constructed

class Der {
 public:
  explicit constexpr Der(Bytes bytes) noexcept : in_(bytes) {}
  explicit constexpr Der(const Element& parent) noexcept : in_(parent.body), depth_(parent.depth) {}

  // The next element, or false: the end, or an error, which ok() tells apart.
  bool next(Element& out) noexcept;
  // The next element, which has to have this tag; otherwise the reader fails and the element is empty.
  Element expect(std::uint8_t tag) noexcept;
  // Passes the next element over if it has this tag.
  void skip_if(std::uint8_t tag) noexcept;

  constexpr bool ok() const noexcept { return in_.ok(); }
  constexpr bool done() const noexcept { return in_.done(); }

 private:
  Cursor in_;
  std::uint8_t depth_ = 0;
};

}  // namespace pellucid::x509

#include "lib/x509/visibility.h"

#include <algorithm>
#include <array>

namespace pellucid::x509 {
namespace {

constexpr std::array<std::uint8_t, 6> kVisibility{0x04, 0x00, 0x9b, 0x43, 0x03, 0x01};  // 0.4.0.3523.3.1

// [0] EXPLICIT of a SEQUENCE of fingerprint and text, and nothing behind them: what decides over a session's secrets is read
// strictly.
bool read_entry(Der& name, Visibility& out) noexcept {
  Der wrapper(name.expect(der_constructed(0)));
  Der fields(wrapper.expect(kDerSequence));
  out.fingerprint = fields.expect(kDerOctets).body;
  out.access = fields.expect(kDerUtf8).body;
  out.access = out.access.first(std::min(out.access.size(), kMaxAccess));
  return name.done() && wrapper.done() && fields.done() && out.fingerprint.size() == kFingerprint;
}

}  // namespace

bool Visibilities::next(Visibility& out) noexcept {
  for (Element e{}; count_ < kMaxVisibilities && names_.next(e);) {
    if (e.tag != der_constructed(0)) continue;  // otherName, RFC 5280 4.2.1.6
    Der name(e);
    if (!std::ranges::equal(name.expect(kDerOid).body, kVisibility)) continue;
    ++count_;
    if (read_entry(name, out)) return true;
  }
  return false;
}

Visible visible(const Certificate& c, Bytes fingerprint) noexcept {
  Visibilities entries(c);
  for (Visibility v; entries.next(v);) {
    if (std::ranges::equal(v.fingerprint, fingerprint)) return Visible::match;
  }
  return entries.claimed() ? Visible::mismatch : Visible::absent;
}

}  // namespace pellucid::x509

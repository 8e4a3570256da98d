#include "lib/x509/certificate.h"

#include <algorithm>
#include <array>

namespace pellucid::x509 {
namespace {

constexpr std::array<std::uint8_t, 3> kCommonName{0x55, 0x04, 0x03};  // 2.5.4.3
constexpr std::array<std::uint8_t, 3> kAltName{0x55, 0x1d, 0x11};     // 2.5.29.17
constexpr unsigned kMaxNameParts = 64;

// RFC 5280 4.1.2.4: a SEQUENCE of SETs of (type, value). The last CN is the most specific one.
Bytes read_common_name(const Element& name) noexcept {
  Bytes found;
  Der sets(name);
  unsigned parts = 0;
  for (Element set{}; parts < kMaxNameParts && sets.next(set); ++parts) {
    if (set.tag != kDerSet) continue;
    Der pairs(set);
    for (Element pair{}; parts < kMaxNameParts && pairs.next(pair); ++parts) {
      Der fields(pair);
      const Element type = fields.expect(kDerOid);
      Element value{};
      if (fields.next(value) && std::ranges::equal(type.body, kCommonName)) found = value.body;
    }
  }
  return found;
}

// RFC 5280 4.2: [3] holds a SEQUENCE of (oid, critical?, octets); GeneralNames stand inside the octets.
Bytes read_alt_names(const Element& wrapper) noexcept {
  Der outer(wrapper);
  Der list(outer.expect(kDerSequence));
  unsigned count = 0;
  for (Element e{}; count < kMaxExtensions && list.next(e); ++count) {
    Der fields(e);
    const Element oid = fields.expect(kDerOid);
    if (!std::ranges::equal(oid.body, kAltName)) continue;
    fields.skip_if(kDerBoolean);
    Der names(fields.expect(kDerOctets));
    return names.expect(kDerSequence).body;
  }
  return {};
}

void read_validity(Certificate& c, const Element& validity) noexcept {
  Der times(validity);
  Element before{};
  Element after{};
  if (!times.next(before) || !times.next(after)) return;
  c.not_before = before.body;
  c.not_before_tag = before.tag;
  c.not_after = after.body;
  c.not_after_tag = after.tag;
}

}  // namespace

Result<Certificate> read_certificate(Bytes der) noexcept {
  Der in(der);
  const Element whole = in.expect(kDerSequence);
  Der signed_part(whole);
  Der fields(signed_part.expect(kDerSequence));
  Certificate c{};
  c.der = whole.whole;
  fields.skip_if(der_constructed(0));  // version
  c.serial = fields.expect(kDerInteger).body;
  static_cast<void>(fields.expect(kDerSequence));  // signature algorithm
  c.issuer = fields.expect(kDerSequence).whole;
  read_validity(c, fields.expect(kDerSequence));
  const Element subject = fields.expect(kDerSequence);
  c.subject = subject.whole;
  c.public_key = fields.expect(kDerSequence).whole;
  if (!fields.ok() || c.not_after.empty()) return Err::bad_value;
  c.common_name = read_common_name(subject);
  for (Element e{}; fields.next(e);) {
    if (e.tag == der_constructed(3)) c.alt_names = read_alt_names(e);
  }
  return c;
}

bool DnsNames::next(Bytes& name) noexcept {
  for (Element e{}; in_.next(e);) {
    if (e.tag != der_context(2)) continue;  // RFC 5280 4.2.1.6
    name = e.body;
    return true;
  }
  return false;
}

}  // namespace pellucid::x509

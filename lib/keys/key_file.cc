#include "lib/keys/key_file.h"

#include <algorithm>

#include "lib/base/secret.h"
#include "lib/keys/armour.h"
#include "lib/x509/der.h"

namespace pellucid::keys {
namespace {

using crypto::Group;
using x509::Der;
using x509::Element;

constexpr std::uint8_t kDerBits = 0x03;

constexpr std::uint8_t kEcKey[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};                      // RFC 5480 2.1.1
constexpr std::uint8_t kEcDh[] = {0x2b, 0x81, 0x04, 0x01, 0x0c};                                   // RFC 5480 2.1.2
constexpr std::uint8_t kDhAgreement[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01};    // PKCS#3
constexpr std::uint8_t kDhNumber[] = {0x2a, 0x86, 0x48, 0xce, 0x3e, 0x02, 0x01};                   // RFC 3279 2.3.3
constexpr std::uint8_t kRsa[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};            // RFC 8017 A.1
constexpr std::uint8_t kPackage[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x02, 0x01, 0x02, 0x4e, 0x05};  // RFC 5958 2
constexpr std::uint8_t kValidity[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x02, 0x01, 0x0d, 0x06};       // RFC 7906 15

struct Curve {
  Group group;
  std::uint8_t size;
  std::uint8_t oid[8];
};
constexpr Curve kCurves[] = {{Group::secp256r1, 8, {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}},
                             {Group::secp384r1, 5, {0x2b, 0x81, 0x04, 0x00, 0x22}},
                             {Group::secp521r1, 5, {0x2b, 0x81, 0x04, 0x00, 0x23}},
                             {Group::x25519, 3, {0x2b, 0x65, 0x6e}},
                             {Group::x448, 3, {0x2b, 0x65, 0x6f}}};

bool is(Bytes a, Bytes b) noexcept { return std::ranges::equal(a, b); }
bool is_x(Group group) noexcept { return group == Group::x25519 || group == Group::x448; }

const Curve* curve_of(Bytes oid) noexcept {
  const auto* const found = std::ranges::find_if(kCurves, [&](const Curve& c) { return is({c.oid, c.size}, oid); });
  return found == std::end(kCurves) ? nullptr : found;
}

// The octets of a number that is not negative.
Bytes magnitude(Bytes number) noexcept {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  return number;
}

constexpr const char* kBroken = "is no private key, or cut short; give PKCS#8, SEC1 or a key package, in PEM or DER";
constexpr const char* kLocked = "is encrypted; give it without a passphrase: openssl pkey -in FILE -out OPEN";
constexpr const char* kForeign =
    "is of a kind that no TLS session is opened with; give a key of secp256r1, secp384r1, secp521r1, x25519, x448, "
    "ffdhe2048, ffdhe3072, ffdhe4096 or RSA";
constexpr const char* kWrong = "has a number that is no private key of its group; make it anew";
constexpr const char* kUnlike = "has a public key that does not belong to its private key; make it anew";
constexpr const char* kUnder = "is in a CMS envelope; open it first: openssl cms -decrypt -inform DER -in FILE -out OPEN";
constexpr const char* kPublic = "holds no private key: certificates and public keys are not enough";

class Reader {
 public:
  Reader(crypto::KeyMaker& maker, std::vector<FoundKey>& keys, std::string& problem)
      : maker_(maker), keys_(keys), problem_(problem) {}

  bool read(Bytes der) {
    Der in(der);
    Element e;
    while (in.next(e)) {
      if (!read_top(e)) return false;
    }
    return in.ok() || fail(kBroken);
  }
  bool fail(const char* why) {
    problem_ = why;
    return false;
  }

 private:
  enum class In : std::uint8_t { file, package };
  struct Parts {  // of a OneAsymmetricKey (RFC 5958 2)
    Bytes oid;
    Element params{};
    bool has_params = false;
    Bytes key;
    Bytes share;  // empty: not said
  };

  bool read_top(const Element& e);
  bool read_package(const Element& e);
  bool read_one(const Element& e, In in);
  bool read_rest(Der& in, Parts& parts, FoundKey& key);
  bool read_validity(const Element& attributes, FoundKey& key);
  bool read_sec1(const Element& e, Bytes oid, Bytes share, FoundKey key);
  bool read_ec(const Parts& parts, FoundKey key);
  bool read_x(Group group, const Parts& parts, FoundKey key);
  bool read_dh(const Parts& parts, FoundKey key);
  bool read_rsa(Bytes der, FoundKey key);
  bool add_point(Group group, Bytes scalar, Bytes share, FoundKey key);
  bool add(FoundKey key);

  crypto::KeyMaker& maker_;
  std::vector<FoundKey>& keys_;
  std::string& problem_;
};

bool Reader::add(FoundKey key) {
  if (keys_.size() == kMaxFileKeys) return fail("holds more than 64 keys; spread them over several files");
  keys_.push_back(std::move(key));
  return true;
}

// What an element of a file is can be told from how it begins.
bool Reader::read_top(const Element& e) {
  Der in(e);
  Element first, second;
  if (e.tag != x509::kDerSequence || !in.next(first)) return fail(kBroken);
  const bool more = in.next(second);
  if (first.tag == x509::kDerInteger) {
    if (!more) return fail(kBroken);
    if (second.tag == x509::kDerOctets) return read_sec1(e, {}, {}, {});
    if (second.tag == x509::kDerSequence) return read_one(e, In::file);
    return second.tag == x509::kDerInteger ? read_rsa(e.whole, {}) : fail(kBroken);
  }
  if (first.tag == x509::kDerOid) {
    if (!is(first.body, kPackage)) return fail(kUnder);
    Element inside;
    return more && second.tag == x509::der_constructed(0) && Der(second).next(inside) ? read_package(inside) : fail(kBroken);
  }
  Element kind;
  if (first.tag != x509::kDerSequence || !Der(first).next(kind)) return fail(kBroken);
  if (kind.tag == x509::kDerOid && more) return fail(second.tag == x509::kDerOctets ? kLocked : kPublic);
  return kind.tag == x509::kDerInteger ? read_package(e) : fail(kBroken);
}

bool Reader::read_package(const Element& e) {
  const std::size_t before = keys_.size();
  Der in(e);
  Element one;
  while (in.next(one)) {
    if (!read_one(one, In::package)) return false;
  }
  if (!in.ok()) return fail(kBroken);
  return keys_.size() != before || fail("is a package without a static key pair; see docs/KEYS.md");
}

// In a package, a signing key may stand beside the static pairs (TS 103 523-3, 4.3.4): it opens nothing and is passed over.
bool Reader::read_one(const Element& e, In in) {
  Der one(e);
  const Bytes version = one.expect(x509::kDerInteger).body;
  const Element algorithm = one.expect(x509::kDerSequence);
  Parts parts;
  FoundKey key;
  parts.key = one.expect(x509::kDerOctets).body;
  Der kind(algorithm);
  parts.oid = kind.expect(x509::kDerOid).body;
  parts.has_params = kind.next(parts.params);
  if (e.tag != x509::kDerSequence || !one.ok() || !kind.ok() || version.size() != 1 || version[0] > 1) return fail(kBroken);
  const bool ec = is(parts.oid, kEcDh) || (is(parts.oid, kEcKey) && (in == In::file || version[0] == 1));
  const bool dh = is(parts.oid, kDhAgreement) || is(parts.oid, kDhNumber);
  const Curve* const curve = curve_of(parts.oid);
  if (in == In::package && !ec && !dh && curve == nullptr) return true;
  if (!read_rest(one, parts, key)) return false;
  if (ec) return read_ec(parts, std::move(key));
  if (dh) return read_dh(parts, std::move(key));
  if (curve != nullptr && is_x(curve->group)) return read_x(curve->group, parts, std::move(key));
  return is(parts.oid, kRsa) ? read_rsa(e.whole, std::move(key)) : fail(kForeign);
}

// The public key is [1] IMPLICIT; a field that is explicit, or a plain BIT STRING, is seen in the wild.
bool Reader::read_rest(Der& in, Parts& parts, FoundKey& key) {
  Element e;
  while (in.next(e)) {
    if (e.tag == x509::der_constructed(0)) {
      if (!read_validity(e, key)) return false;
      continue;
    }
    Bytes bits = e.body;
    if (e.tag == x509::der_constructed(1)) {
      Element inner;
      if (Der(e).next(inner) && inner.tag == kDerBits) bits = inner.body;
    } else if (e.tag != x509::der_context(1) && e.tag != kDerBits) {
      continue;
    }
    if (bits.size() < 2 || bits[0] != 0) return fail(kBroken);
    parts.share = bits.subspan(1);
  }
  return in.ok() || fail(kBroken);
}

bool read_seconds(const Element& e, std::int64_t& out) noexcept {  // RFC 6019
  if (e.tag != x509::kDerInteger || e.body.empty() || e.body.size() > 8 || (e.body[0] & 0x80) != 0) return false;
  out = 0;
  for (const std::uint8_t b : e.body) out = out << 8 | b;
  return true;
}

bool Reader::read_validity(const Element& attributes, FoundKey& key) {
  Der in(attributes);
  Element attribute, from, until;
  while (in.next(attribute)) {
    Der a(attribute);
    const Bytes oid = a.expect(x509::kDerOid).body;
    Der values(a.expect(x509::kDerSet));
    if (attribute.tag != x509::kDerSequence || !a.ok()) return fail(kBroken);
    if (!is(oid, kValidity)) continue;
    Der times(values.expect(x509::kDerSequence));
    bool good = values.ok() && times.next(from) && read_seconds(from, key.not_before_s);
    if (good && times.next(until)) good = read_seconds(until, key.not_after_s) && key.not_after_s > key.not_before_s;
    if (!good || !times.ok()) return fail("says a time of use that cannot be; make the package anew");
  }
  return in.ok() || fail(kBroken);
}

// RFC 5915 3. `oid`, `share`: what the frame around it says.
bool Reader::read_sec1(const Element& e, Bytes oid, Bytes share, FoundKey key) {
  Der in(e);
  in.expect(x509::kDerInteger);
  const Bytes scalar = in.expect(x509::kDerOctets).body;
  Element part;
  while (in.next(part)) {
    Element inner;
    if (!Der(part).next(inner)) return fail(kBroken);
    if (part.tag == x509::der_constructed(0) && inner.tag == x509::kDerOid && oid.empty()) oid = inner.body;
    if (part.tag == x509::der_constructed(1) && inner.tag == kDerBits && inner.body.size() > 1) share = inner.body.subspan(1);
  }
  if (!in.ok()) return fail(kBroken);
  const Curve* const curve = curve_of(oid);
  if (curve == nullptr || is_x(curve->group)) return fail(kForeign);
  return add_point(curve->group, scalar, share, std::move(key));
}

bool Reader::add_point(Group group, Bytes scalar, Bytes share, FoundKey key) {
  if (scalar.empty() || scalar.size() > crypto::shared_size(group) + 1) return fail(kWrong);
  key.dh = maker_.make_dh(group, magnitude(scalar));
  if (key.dh == nullptr) return fail(kWrong);
  const Bytes ours = key.dh->share();
  const bool packed = share.size() == crypto::shared_size(group) + 1 && (share[0] == 2 || share[0] == 3);  // RFC 5480 2.2
  const bool same =
      packed ? is(share.subspan(1), ours.subspan(1, share.size() - 1)) && (ours.back() & 1) == (share[0] & 1) : is(share, ours);
  return share.empty() || same ? add(std::move(key)) : fail(kUnlike);
}

// The curve's name stands in the parameters; the key is RFC 5915's, or the number alone, bare or as an element.
bool Reader::read_ec(const Parts& parts, FoundKey key) {
  const Curve* const curve = parts.has_params && parts.params.tag == x509::kDerOid ? curve_of(parts.params.body) : nullptr;
  if (curve == nullptr) return fail(kForeign);
  if (is_x(curve->group)) return read_x(curve->group, parts, std::move(key));
  Element inner;
  Der in(parts.key);
  if (parts.key.size() == crypto::shared_size(curve->group)) {
    return add_point(curve->group, parts.key, parts.share, std::move(key));
  }
  if (!in.next(inner)) return fail(kBroken);
  if (inner.tag == x509::kDerSequence) return read_sec1(inner, parts.params.body, parts.share, std::move(key));
  if (inner.tag != x509::kDerInteger && inner.tag != x509::kDerOctets) return fail(kBroken);
  return add_point(curve->group, inner.body, parts.share, std::move(key));
}

// RFC 8410 7 writes little-endian, key managers that are out there big-endian. Where the share stands beside it, it tells.
bool Reader::read_x(Group group, const Parts& parts, FoundKey key) {
  const std::size_t size = crypto::share_size(group);
  Element inner;
  Bytes octets = parts.key;
  if (octets.size() != size) {
    if (!Der(parts.key).next(inner) || inner.tag != x509::kDerOctets) return fail(kBroken);
    octets = inner.body;
  }
  if (octets.size() != size) return fail(kWrong);
  Secret<crypto::kMaxShare> turned;
  std::ranges::reverse_copy(octets, turned.bytes().begin());
  key.dh = maker_.make_dh(group, octets);
  key.twin = maker_.make_dh(group, turned.bytes().first(size));
  if (key.dh == nullptr || key.twin == nullptr) return fail(kWrong);
  if (parts.share.empty()) {
    if (is(key.dh->share(), key.twin->share())) key.twin.reset();
    return add(std::move(key));
  }
  if (!is(key.dh->share(), parts.share)) std::swap(key.dh, key.twin);
  key.twin.reset();
  return is(key.dh->share(), parts.share) ? add(std::move(key)) : fail(kUnlike);
}

bool Reader::read_dh(const Parts& parts, FoundKey key) {
  Element prime, number;
  if (!parts.has_params || parts.params.tag != x509::kDerSequence || !Der(parts.params).next(prime) ||
      prime.tag != x509::kDerInteger || !Der(parts.key).next(number) || number.tag != x509::kDerInteger ||
      number.body.empty() || (number.body[0] & 0x80) != 0) {
    return fail(kBroken);
  }
  if (number.body.size() > crypto::kMaxShare + 1) return fail(kWrong);
  key.dh = maker_.make_dh(magnitude(prime.body), magnitude(number.body));
  if (key.dh == nullptr) return fail("is no key of ffdhe2048, ffdhe3072 or ffdhe4096; make it with the primes of RFC 7919");
  Element share;
  const bool said = !parts.share.empty() && Der(parts.share).next(share) && share.tag == x509::kDerInteger;
  const Bytes theirs = said ? share.body : parts.share;
  return theirs.empty() || is(magnitude(theirs), magnitude(key.dh->share())) ? add(std::move(key)) : fail(kUnlike);
}

bool Reader::read_rsa(Bytes der, FoundKey key) {
  key.rsa = maker_.make_rsa(der);
  return key.rsa != nullptr ? add(std::move(key)) : fail("is no RSA key of 512 to 8192 bits; make it anew");
}

bool read_armoured(MutBytes file, Reader& reader) {
  ArmourReader blocks(file);
  std::string_view label;
  Bytes octets;
  for (;;) {
    switch (blocks.next(label, octets)) {
      case Armour::end:
        return true;
      case Armour::broken:
        return reader.fail("has a PEM block that is cut short, or no base64; copy it anew");
      case Armour::locked:
        return reader.fail(kLocked);
      case Armour::block:
        break;
    }
    if (label == "ENCRYPTED PRIVATE KEY") return reader.fail(kLocked);
    if (label == "CMS" || label == "PKCS7") return reader.fail(kUnder);
    const bool secret = label.ends_with("PRIVATE KEY") || label.ends_with("KEY PACKAGE");
    if (secret && !reader.read(octets)) return false;  // parameters, certificates and public keys are passed over
  }
}

}  // namespace

bool read_key_file(MutBytes file, crypto::KeyMaker& maker, std::vector<FoundKey>& keys, std::string& problem) {
  keys.clear();
  Reader reader(maker, keys, problem);
  if (file.empty()) return reader.fail("is empty; give a private key in PEM or DER");
  if (file.size() > kMaxKeyFile) return reader.fail("has more than 65536 octets: that is no key file");
  const bool armoured = as_text(Bytes(file)).find("-----BEGIN ") != std::string_view::npos;
  const bool good = armoured ? read_armoured(file, reader) : reader.read(Bytes(file));
  if (good && keys.empty()) return reader.fail(kPublic);
  if (!good) keys.clear();
  return good;
}

}  // namespace pellucid::keys

// Signed files, in PEM or DER: whatever comes, it is refused with words or each signature is judged, and none counts over a
// content that its authority did not sign.
#include "drivers/crypto/openssl/cms.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"

namespace {

using namespace pellucid;

constexpr std::string_view kAda =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBpTCCAUugAwIBAgIURgk2h3TYJfAnxYR+gLWKr6g2l8UwCgYIKoZIzj0EAwIw\n"
    "IDEQMA4GA1UECgwHRXhhbXBsZTEMMAoGA1UEAwwDYWRhMB4XDTI2MTEyMzAxMTQ0\n"
    "OVoXDTM2MTEyMDAxMTQ0OVowIDEQMA4GA1UECgwHRXhhbXBsZTEMMAoGA1UEAwwD\n"
    "YWRhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEK93QP7sKIQQYbnTGEiP2dz07\n"
    "+wXKs1vmWXTq+RjGuBDzjCNxwCy3Ig8okD3ppqQhVsvste8hj2qZvXVPeVkbwKNj\n"
    "MGEwHQYDVR0OBBYEFMteYNEFpi2RzSGEDyAs/K/9IC5LMB8GA1UdIwQYMBaAFMte\n"
    "YNEFpi2RzSGEDyAs/K/9IC5LMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQD\n"
    "AgeAMAoGCCqGSM49BAMCA0gAMEUCIH9n8pLxAy7+T/Bbuc0Xb/JouGsK99FnZKJN\n"
    "91r/rGfzAiEA06xVevb3RAOluBIyREFaVAJn8rBhqKDMK4OImFeHyq4=\n"
    "-----END CERTIFICATE-----\n";
constexpr std::string_view kWhatAdaSigned = "version: 1\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static openssl::Cms cms;
  std::string problem;
  static const keys::Certificate kAuthority = [&] {
    keys::Certificate c;
    CHECK(cms.read_certificate(kAda, c, problem));
    return c;
  }();
  const std::string_view file = as_text(Bytes{data, size});
  keys::Certificate read;
  static_cast<void>(cms.read_certificate(file, read, problem));
  keys::Signed document;
  if (!cms.read_signed(file, {&kAuthority, 1}, kAuthority.not_before_s, document, problem)) {
    CHECK(!problem.empty());
    return 0;
  }
  CHECK(!document.content.empty() && document.signers.size() <= keys::kMaxSigners);
  if (quorum_of(document) != 0) CHECK(quorum_of(document) == 1 && document.content == kWhatAdaSigned);
  return 0;
}

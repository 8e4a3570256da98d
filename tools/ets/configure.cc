// The provider's section of openssl.cnf, checked before any of it is used.
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/proverr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tools/ets/provider.h"
#include "tools/ets/visibility.h"

namespace pellucid::ets {
namespace {

struct Settings {
  const char* keys[std::size(kGroups)] = {};
  const char* certificates = nullptr;
  const char* visibility = nullptr;
};

// OpenSSL goes on without a provider that refuses, and says nothing of it, whatever config_diagnostics is. An operator has to
// hear why the server has no static keys, so it is said where a starting server is listened to.
bool refuse(int reason, const std::string& what) {
  dprintf(STDERR_FILENO, "ets-provider: %s\n", what.c_str());
  ERR_raise_data(ERR_LIB_PROV, reason, "ets: %s", what.c_str());
  return false;
}

bool read_settings(const OSSL_CORE_HANDLE* core, OSSL_FUNC_core_get_params_fn* get_params, Settings& out) {
  OSSL_PARAM params[std::size(kGroups) + 3];
  std::size_t n = 0;
  const auto ask = [&](const char* name, const char*& value) {
    params[n++] = {name, OSSL_PARAM_UTF8_PTR, &value, 0, OSSL_PARAM_UNMODIFIED};
  };
  for (std::size_t i = 0; i < std::size(kGroups); ++i) ask(kGroups[i].name, out.keys[i]);
  ask("certificates", out.certificates);
  ask("visibility", out.visibility);
  params[n] = OSSL_PARAM_construct_end();
  return get_params(core, params) == 1;
}

bool read_key(Provider& provider, std::size_t i, const char* path) {
  Static& to = provider.pairs[i];
  const std::string where = std::string("key file ") + path;
  if (path[0] != '/') return refuse(PROV_R_INVALID_CONFIG_DATA, where + " for " + kGroups[i].name + ": give the whole path");
  const std::string wrong = read_pair(provider.library, path, Custody::Guarded, to.pair);
  if (!wrong.empty()) return refuse(PROV_R_INVALID_KEY, where + " " + wrong);
  if (to.pair.group != &kGroups[i])
    return refuse(PROV_R_INVALID_KEY, where + " is of " + to.pair.group->name + ", but is named for " + kGroups[i].name);
  to.library = provider.library;
  return true;
}

// The certificate has to say who can read along (clause 4.3.3), and its own key must be another one than the static keys.
bool fits(const Provider& provider, const std::string& path) {
  const std::string where = "certificate " + path;
  const Certificate certificate = path[0] == '/' ? read_certificate(provider.library, path) : nullptr;
  std::vector<Entry> entries;
  if (certificate == nullptr)
    return refuse(PROV_R_INVALID_CONFIG_DATA, where + " cannot be read: name whole paths, PEM or DER");
  if (!read_entries(certificate.get(), entries))
    return refuse(PROV_R_INVALID_CONFIG_DATA, where + " has a malformed visibility entry: make another with ets-keys");
  const std::vector<std::uint8_t> subject = share_of(X509_get0_pubkey(certificate.get()));
  for (const Static& one : provider.pairs) {
    if (one.pair.key == nullptr) continue;
    const std::string name = one.pair.group->name;
    if (subject == one.pair.share) {
      const char* what = " is for the static key of ";
      return refuse(PROV_R_INVALID_KEY,
                    where + what + name + ": who may read along could impersonate the server; use two keys");
    }
    Fingerprint print;
    if (!fingerprint(provider.library, one.pair.share, print)) return refuse(ERR_R_INTERNAL_ERROR, "no SHA-256 is to be had");
    const auto same = [&](const Entry& entry) { return entry.fingerprint == print; };
    if (std::none_of(entries.begin(), entries.end(), same)) {
      return refuse(PROV_R_INVALID_CONFIG_DATA, where + " has no visibility entry " + hex(print) + " for the static key of " +
                                                    name + ": issue one with ets-keys, or name the key that belongs to it");
    }
  }
  return true;
}

bool check_certificates(const Provider& provider, const Settings& settings) {
  const std::string_view visibility = settings.visibility == nullptr ? "certificate" : settings.visibility;
  if (visibility != "certificate" && visibility != "annex-a")
    return refuse(PROV_R_INVALID_CONFIG_DATA,
                  "visibility is `certificate` or `annex-a`, not `" + std::string(visibility) + "`");
  if (visibility == "annex-a" && settings.certificates == nullptr) return true;
  if (visibility == "annex-a")
    return refuse(PROV_R_INVALID_CONFIG_DATA,
                  "visibility = annex-a is for servers without visibility entries: name no certificates");
  if (settings.certificates == nullptr) {
    return refuse(
        PROV_R_INVALID_CONFIG_DATA,
        "no certificates: name the servers' certificates, which say who can read along, or visibility = annex-a where "
        "clients were told otherwise");
  }
  const std::string list = settings.certificates;
  std::size_t count = 0;
  for (std::size_t at = 0; at <= list.size(); ++count) {
    const std::size_t end = std::min(list.find(':', at), list.size());
    if (count == kMaxCertificates) return refuse(PROV_R_INVALID_CONFIG_DATA, "more than 16 certificates are named");
    if (!fits(provider, list.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace

bool configure(Provider& provider, const OSSL_CORE_HANDLE* core, OSSL_FUNC_core_get_params_fn* get_params) {
  Settings settings;
  if (!read_settings(core, get_params, settings)) return refuse(PROV_R_INVALID_CONFIG_DATA, "its configuration cannot be read");
  bool any = false;
  for (std::size_t i = 0; i < std::size(kGroups); ++i) {
    if (settings.keys[i] == nullptr) continue;
    if (!read_key(provider, i, settings.keys[i])) return false;
    any = true;
  }
  if (!any) return refuse(PROV_R_INVALID_CONFIG_DATA, "no key file: name one with x25519, secp256r1 or secp384r1 = /path");
  return check_certificates(provider, settings);
}

}  // namespace pellucid::ets

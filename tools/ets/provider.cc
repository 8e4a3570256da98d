// An OpenSSL 3 provider for Enterprise Transport Security (ETSI TS 103 523-3): servers of TLS 1.3 that load it by openssl.cnf
// send static key shares, so that whoever was given the private halves can read along. docs/ETS.md says how to deploy it. Its
// algorithms have names of their own: certificate keys, and everything else that is no key share, stay with the provider they
// are with.
#include "tools/ets/provider.h"

#include <openssl/core.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/prov_ssl.h>

#include <new>

namespace pellucid::ets {
namespace {

constexpr char kProperties[] = "provider=pellucid-ets";
constexpr const char* kNames[] = {"PELLUCID-ETS-X25519", "PELLUCID-ETS-SECP256R1", "PELLUCID-ETS-SECP384R1"};

// Only groups with a key are ours; the others stay with the default provider, whose shares are fresh.
void list_algorithms(Provider& provider) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < std::size(kGroups); ++i) {
    if (provider.pairs[i].pair.key == nullptr) continue;
    provider.keys[n] = {kNames[i], kProperties, kKeyTables[i], "a static key share"};
    provider.exchanges[n++] = {kNames[i], kProperties, kExchange, "an exchange with a static key share"};
  }
}

const OSSL_ALGORITHM* query(void* at, int operation, int* no_store) {
  const Provider& provider = *static_cast<Provider*>(at);
  *no_store = 0;
  if (operation == OSSL_OP_KEYMGMT) return provider.keys;
  return operation == OSSL_OP_KEYEXCH ? provider.exchanges : nullptr;
}

int announce(const Provider& provider, std::size_t i, OSSL_CALLBACK* tell, void* whom) {
  if (provider.pairs[i].pair.key == nullptr) return 1;
  const Group& group = kGroups[i];
  unsigned id = group.id, bits = group.security_bits;
  int from_tls = TLS1_VERSION, to_tls = 0, from_dtls = DTLS1_VERSION, to_dtls = 0;
  const auto text = [](const char* name, const char* value) {
    return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);
  };
  const OSSL_PARAM params[] = {text(OSSL_CAPABILITY_TLS_GROUP_NAME, group.name),
                               text(OSSL_CAPABILITY_TLS_GROUP_NAME_INTERNAL, group.name),
                               text(OSSL_CAPABILITY_TLS_GROUP_ALG, kNames[i]),
                               OSSL_PARAM_construct_uint(OSSL_CAPABILITY_TLS_GROUP_ID, &id),
                               OSSL_PARAM_construct_uint(OSSL_CAPABILITY_TLS_GROUP_SECURITY_BITS, &bits),
                               OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MIN_TLS, &from_tls),
                               OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MAX_TLS, &to_tls),
                               OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MIN_DTLS, &from_dtls),
                               OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MAX_DTLS, &to_dtls),
                               OSSL_PARAM_construct_end()};
  return tell(params, whom);
}

int capabilities(void* at, const char* what, OSSL_CALLBACK* tell, void* whom) {
  if (OPENSSL_strcasecmp(what, "TLS-GROUP") != 0) return 1;
  for (std::size_t i = 0; i < std::size(kGroups); ++i) {
    if (announce(*static_cast<Provider*>(at), i, tell, whom) != 1) return 0;
  }
  return 1;
}

const OSSL_PARAM* gettable(void*) {
  static const OSSL_PARAM params[] = {{OSSL_PROV_PARAM_NAME, OSSL_PARAM_UTF8_PTR, nullptr, 0, 0},
                                      {OSSL_PROV_PARAM_VERSION, OSSL_PARAM_UTF8_PTR, nullptr, 0, 0},
                                      {OSSL_PROV_PARAM_STATUS, OSSL_PARAM_INTEGER, nullptr, 0, 0},
                                      OSSL_PARAM_construct_end()};
  return params;
}

int get(void*, OSSL_PARAM params[]) {
  OSSL_PARAM* to = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_NAME);
  if (to != nullptr && OSSL_PARAM_set_utf8_ptr(to, "Pellucid: static key shares (ETSI TS 103 523-3)") != 1) return 0;
  to = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_VERSION);
  if (to != nullptr && OSSL_PARAM_set_utf8_ptr(to, PELLUCID_VERSION) != 1) return 0;
  to = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_STATUS);
  return to == nullptr || OSSL_PARAM_set_int(to, 1) == 1 ? 1 : 0;
}

// Pairs end before the library context in which they live; OpenSSL wipes private values as it frees them.
void teardown(void* at) {
  Provider* provider = static_cast<Provider*>(at);
  OSSL_LIB_CTX* library = provider->library;
  delete provider;
  OSSL_LIB_CTX_free(library);
}

const OSSL_DISPATCH kProvider[] = {entry(OSSL_FUNC_PROVIDER_TEARDOWN, teardown),
                                   entry(OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, gettable),
                                   entry(OSSL_FUNC_PROVIDER_GET_PARAMS, get),
                                   entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
                                   entry(OSSL_FUNC_PROVIDER_GET_CAPABILITIES, capabilities),
                                   {0, nullptr}};

}  // namespace
}  // namespace pellucid::ets

extern "C" __attribute__((visibility("default"))) OSSL_provider_init_fn OSSL_provider_init;

int OSSL_provider_init(const OSSL_CORE_HANDLE* core, const OSSL_DISPATCH* in, const OSSL_DISPATCH** out, void** context) {
  using namespace pellucid::ets;
  OSSL_FUNC_core_get_params_fn* get_params = nullptr;
  for (; in->function_id != 0; ++in) {
    if (in->function_id == OSSL_FUNC_CORE_GET_PARAMS) get_params = OSSL_FUNC_core_get_params(in);
  }
  Provider* provider = new (std::nothrow) Provider;
  if (provider == nullptr || get_params == nullptr) return 0;
  provider->library = OSSL_LIB_CTX_new();
  if (provider->library == nullptr || !configure(*provider, core, get_params)) {
    teardown(provider);
    return 0;
  }
  list_algorithms(*provider);
  *context = provider;
  *out = kProvider;
  return 1;
}

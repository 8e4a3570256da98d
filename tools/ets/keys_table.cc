// Key management for OpenSSL: what libssl asks of a key share, from making it to its octets on the wire.
#include <openssl/core_names.h>
#include <openssl/params.h>

#include <cstring>
#include <new>

#include "tools/ets/provider.h"

namespace pellucid::ets {
namespace {

// What a pair is made from: nothing, which gives a pair for this handshake alone, or a peer's share.
struct Making {
  const Static& from;
  int selection;
  bool answering = false;
};

const Share& share(const void* key) { return *static_cast<const Share*>(key); }
Share& share(void* key) { return *static_cast<Share*>(key); }

template <std::size_t kIndex>
const Static& of(void* provider) {
  return static_cast<Provider*>(provider)->pairs[kIndex];
}

template <std::size_t kIndex>
void* make(void* provider) {
  return new (std::nothrow) Share(of<kIndex>(provider));
}

void drop(void* key) { delete static_cast<Share*>(key); }
void* copy(const void* key, int selection) {
  if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0) return new (std::nothrow) Share(share(key).from());
  return new (std::nothrow) Share(share(key));
}

template <std::size_t kIndex>
void* begin_making(void* provider, int selection, const OSSL_PARAM*) {
  return new (std::nothrow) Making{of<kIndex>(provider), selection};
}

void end_making(void* making) { delete static_cast<Making*>(making); }

int set_template(void* making, void* key) {
  static_cast<Making*>(making)->answering = key != nullptr && !share(key).empty() && !share(key).own();
  return 1;
}

// Each of our algorithms is for one group, so all there is to say is its name.
template <std::size_t kIndex>
int set_making(void*, const OSSL_PARAM params[]) {
  const OSSL_PARAM* name = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_GROUP_NAME);
  const char* said = nullptr;
  if (name == nullptr) return 1;
  return OSSL_PARAM_get_utf8_string_ptr(name, &said) == 1 && std::strcmp(said, kGroups[kIndex].name) == 0 ? 1 : 0;
}

const OSSL_PARAM* making_settable(void*, void*) {
  static const OSSL_PARAM params[] = {{OSSL_PKEY_PARAM_GROUP_NAME, OSSL_PARAM_UTF8_STRING, nullptr, 0, 0},
                                      OSSL_PARAM_construct_end()};
  return params;
}

void* finish_making(void* at, OSSL_CALLBACK*, void*) {
  const Making& making = *static_cast<Making*>(at);
  Share* key = new (std::nothrow) Share(making.from);
  if (key == nullptr || (making.selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0) return key;
  if (making.answering) {
    key->make_pending();
  } else if (!key->make_fresh()) {
    drop(key);
    return nullptr;
  }
  return key;
}

int put_octets(OSSL_PARAM* to, Share& key) {
  if (!key.settle_static()) return 0;
  const auto octets = share_of(key.key());
  return !octets.empty() && OSSL_PARAM_set_octet_string(to, octets.data(), octets.size()) == 1 ? 1 : 0;
}

int get(void* key, OSSL_PARAM params[]) {
  const Group& group = *share(key).from().pair.group;
  const auto say = [&](const char* name, std::size_t value) {
    OSSL_PARAM* to = OSSL_PARAM_locate(params, name);
    return to == nullptr || OSSL_PARAM_set_size_t(to, value) == 1;
  };
  if (!say(OSSL_PKEY_PARAM_BITS, group.bits) || !say(OSSL_PKEY_PARAM_SECURITY_BITS, group.security_bits) ||
      !say(OSSL_PKEY_PARAM_MAX_SIZE, group.share_size))
    return 0;
  OSSL_PARAM* name = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_GROUP_NAME);
  if (name != nullptr && OSSL_PARAM_set_utf8_string(name, group.name) != 1) return 0;
  OSSL_PARAM* octets = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);
  return octets == nullptr ? 1 : put_octets(octets, share(key));
}

const OSSL_PARAM* gettable(void*) {
  static const OSSL_PARAM params[] = {{OSSL_PKEY_PARAM_BITS, OSSL_PARAM_INTEGER, nullptr, 0, 0},
                                      {OSSL_PKEY_PARAM_SECURITY_BITS, OSSL_PARAM_INTEGER, nullptr, 0, 0},
                                      {OSSL_PKEY_PARAM_MAX_SIZE, OSSL_PARAM_INTEGER, nullptr, 0, 0},
                                      {OSSL_PKEY_PARAM_GROUP_NAME, OSSL_PARAM_UTF8_STRING, nullptr, 0, 0},
                                      {OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, OSSL_PARAM_OCTET_STRING, nullptr, 0, 0},
                                      OSSL_PARAM_construct_end()};
  return params;
}

int set(void* key, const OSSL_PARAM params[]) {
  const OSSL_PARAM* octets = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);
  if (octets == nullptr) return 1;
  const void* at = nullptr;
  std::size_t size = 0;
  if (OSSL_PARAM_get_octet_string_ptr(octets, &at, &size) != 1) return 0;
  return share(key).take_peer({static_cast<const std::uint8_t*>(at), size}) ? 1 : 0;
}

const OSSL_PARAM* settable(void*) {
  static const OSSL_PARAM params[] = {{OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, OSSL_PARAM_OCTET_STRING, nullptr, 0, 0},
                                      OSSL_PARAM_construct_end()};
  return params;
}

int has(const void* key, int selection) {
  if (key == nullptr) return 0;
  if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && !share(key).own()) return 0;
  return (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0 || !share(key).empty() ? 1 : 0;
}

// A point is checked as it is taken, so a share that is there is a good one.
int validate(const void* key, int selection, int) { return has(key, selection); }

int match(const void* a, const void* b, int selection) {
  if (&share(a).from() != &share(b).from()) return 0;
  if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0) return 1;
  return share(a).key() != nullptr && share(b).key() != nullptr && EVP_PKEY_eq(share(a).key(), share(b).key()) == 1 ? 1 : 0;
}

template <std::size_t kIndex>
const OSSL_DISPATCH kTable[] = {entry(OSSL_FUNC_KEYMGMT_NEW, make<kIndex>),
                                entry(OSSL_FUNC_KEYMGMT_FREE, drop),
                                entry(OSSL_FUNC_KEYMGMT_DUP, copy),
                                entry(OSSL_FUNC_KEYMGMT_GEN_INIT, begin_making<kIndex>),
                                entry(OSSL_FUNC_KEYMGMT_GEN_SET_TEMPLATE, set_template),
                                entry(OSSL_FUNC_KEYMGMT_GEN_SET_PARAMS, set_making<kIndex>),
                                entry(OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS, making_settable),
                                entry(OSSL_FUNC_KEYMGMT_GEN, finish_making),
                                entry(OSSL_FUNC_KEYMGMT_GEN_CLEANUP, end_making),
                                entry(OSSL_FUNC_KEYMGMT_GET_PARAMS, get),
                                entry(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable),
                                entry(OSSL_FUNC_KEYMGMT_SET_PARAMS, set),
                                entry(OSSL_FUNC_KEYMGMT_SETTABLE_PARAMS, settable),
                                entry(OSSL_FUNC_KEYMGMT_HAS, has),
                                entry(OSSL_FUNC_KEYMGMT_VALIDATE, validate),
                                entry(OSSL_FUNC_KEYMGMT_MATCH, match),
                                {0, nullptr}};

}  // namespace

const OSSL_DISPATCH* const kKeyTables[std::size(kGroups)] = {kTable<0>, kTable<1>, kTable<2>};

}  // namespace pellucid::ets

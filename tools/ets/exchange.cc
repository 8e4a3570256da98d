// Key exchange for OpenSSL: two shares in, the shared secret out, by the default provider's own arithmetic.
#include <new>

#include "tools/ets/provider.h"

namespace pellucid::ets {
namespace {

struct FreeCtx {
  void operator()(EVP_PKEY_CTX* p) const noexcept { EVP_PKEY_CTX_free(p); }
};
struct Exchange {
  std::unique_ptr<EVP_PKEY_CTX, FreeCtx> ctx;
  const Static* from = nullptr;
};

Exchange& exchange(void* at) { return *static_cast<Exchange*>(at); }

void* make(void*) { return new (std::nothrow) Exchange; }
void drop(void* at) { delete static_cast<Exchange*>(at); }
void* copy(void* at) {
  Exchange* made = new (std::nothrow) Exchange;
  if (made == nullptr || exchange(at).ctx == nullptr) return made;
  made->from = exchange(at).from;
  made->ctx.reset(EVP_PKEY_CTX_dup(exchange(at).ctx.get()));
  if (made->ctx != nullptr) return made;
  drop(made);
  return nullptr;
}

int begin(void* at, void* key, const OSSL_PARAM*) {
  Share& own = *static_cast<Share*>(key);
  if (key == nullptr || !own.own() || !own.settle_fresh()) return 0;
  exchange(at).from = &own.from();
  exchange(at).ctx.reset(EVP_PKEY_CTX_new_from_pkey(own.from().library, own.key(), nullptr));
  return exchange(at).ctx != nullptr && EVP_PKEY_derive_init(exchange(at).ctx.get()) == 1 ? 1 : 0;
}

// The point was checked when it was taken; a second check would cost as much as the exchange.
int set_peer(void* at, void* key) {
  const Share& peer = *static_cast<const Share*>(key);
  if (key == nullptr || peer.key() == nullptr || exchange(at).from != &peer.from()) return 0;
  return EVP_PKEY_derive_set_peer_ex(exchange(at).ctx.get(), peer.key(), 0) == 1 ? 1 : 0;
}

int derive(void* at, unsigned char* secret, std::size_t* size, std::size_t room) {
  std::size_t written = room;
  if (EVP_PKEY_derive(exchange(at).ctx.get(), secret, secret == nullptr ? size : &written) != 1) return 0;
  if (secret != nullptr) *size = written;
  return 1;
}

}  // namespace

const OSSL_DISPATCH kExchange[] = {entry(OSSL_FUNC_KEYEXCH_NEWCTX, make),
                                   entry(OSSL_FUNC_KEYEXCH_FREECTX, drop),
                                   entry(OSSL_FUNC_KEYEXCH_DUPCTX, copy),
                                   entry(OSSL_FUNC_KEYEXCH_INIT, begin),
                                   entry(OSSL_FUNC_KEYEXCH_SET_PEER, set_peer),
                                   entry(OSSL_FUNC_KEYEXCH_DERIVE, derive),
                                   {0, nullptr}};

}  // namespace pellucid::ets

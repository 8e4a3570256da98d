#include "drivers/crypto/openssl/hasher.h"

#include <new>
#include <type_traits>

#include <openssl/md5.h>
#include <openssl/sha.h>

#include "lib/base/check.h"

namespace pellucid::openssl {
namespace {

using crypto::Hash;
using crypto::Running;

struct Both {
  MD5_CTX md5;
  SHA_CTX sha1;
};

template <class State>
State& state_of(Running& running) noexcept {
  static_assert(sizeof(State) <= sizeof running.state && alignof(State) <= 8 && std::is_trivially_copyable_v<State>);
  return *std::launder(reinterpret_cast<State*>(running.state));
}

void finish(Running& running, std::uint8_t* out) noexcept {
  switch (running.how) {
    case Hash::none:
      break;
    case Hash::md5:
      MD5_Final(out, &state_of<MD5_CTX>(running));
      break;
    case Hash::sha1:
      SHA1_Final(out, &state_of<SHA_CTX>(running));
      break;
    case Hash::sha256:
      SHA256_Final(out, &state_of<SHA256_CTX>(running));
      break;
    case Hash::sha384:
      SHA384_Final(out, &state_of<SHA512_CTX>(running));
      break;
    case Hash::md5_sha1:
      MD5_Final(out, &state_of<Both>(running).md5);
      SHA1_Final(out + MD5_DIGEST_LENGTH, &state_of<Both>(running).sha1);
      break;
  }
}

}  // namespace

void Hasher::start(Hash how, Running& running) const noexcept {
  running.how = how;
  switch (how) {
    case Hash::none:
      break;
    case Hash::md5:
      MD5_Init(new (running.state) MD5_CTX);
      break;
    case Hash::sha1:
      SHA1_Init(new (running.state) SHA_CTX);
      break;
    case Hash::sha256:
      SHA256_Init(new (running.state) SHA256_CTX);
      break;
    case Hash::sha384:
      SHA384_Init(new (running.state) SHA512_CTX);
      break;
    case Hash::md5_sha1:
      new (running.state) Both;
      MD5_Init(&state_of<Both>(running).md5);
      SHA1_Init(&state_of<Both>(running).sha1);
      break;
  }
}

void Hasher::add(Running& running, Bytes bytes) const noexcept {
  switch (running.how) {
    case Hash::none:
      break;
    case Hash::md5:
      MD5_Update(&state_of<MD5_CTX>(running), bytes.data(), bytes.size());
      break;
    case Hash::sha1:
      SHA1_Update(&state_of<SHA_CTX>(running), bytes.data(), bytes.size());
      break;
    case Hash::sha256:
      SHA256_Update(&state_of<SHA256_CTX>(running), bytes.data(), bytes.size());
      break;
    case Hash::sha384:
      SHA384_Update(&state_of<SHA512_CTX>(running), bytes.data(), bytes.size());
      break;
    case Hash::md5_sha1:
      MD5_Update(&state_of<Both>(running).md5, bytes.data(), bytes.size());
      SHA1_Update(&state_of<Both>(running).sha1, bytes.data(), bytes.size());
      break;
  }
}

void Hasher::read(const Running& running, MutBytes out) const noexcept {
  CHECK(running.how != Hash::none && out.size() == crypto::hash_size(running.how));
  Running last = running;
  finish(last, out.data());
}

}  // namespace pellucid::openssl

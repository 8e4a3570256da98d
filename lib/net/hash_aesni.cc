// The vector twin of flow_hash_plain, built with -maes. No header of ours and no inline function of anybody's: a copy compiled
// for this CPU could become everybody's. hash.h says what it computes.
#include <immintrin.h>

#include <cstdint>

namespace pellucid::net {

struct HashSecret;  // 64 octets
struct Key;         // 48 octets

void flow_hash_aesni(const HashSecret& secret, const Key* keys, unsigned n, std::uint64_t* hashes) noexcept {
  const __m128i* const k = reinterpret_cast<const __m128i*>(&secret);
  const __m128i k0 = _mm_loadu_si128(k);
  const __m128i k1 = _mm_loadu_si128(k + 1);
  const __m128i k2 = _mm_loadu_si128(k + 2);
  const __m128i k3 = _mm_loadu_si128(k + 3);
  const __m128i* in = reinterpret_cast<const __m128i*>(keys);
  for (unsigned i = 0; i < n; ++i, in += 3) {  // the CPU overlaps the chains of several keys by itself
    __m128i s = k0;
    for (int b = 0; b < 3; ++b) s = _mm_aesenc_si128(_mm_aesenc_si128(_mm_xor_si128(s, _mm_loadu_si128(in + b)), k1), k2);
    s = _mm_aesenc_si128(_mm_aesenc_si128(_mm_aesenc_si128(_mm_aesenc_si128(s, k3), k0), k1), k2);
    hashes[i] = static_cast<std::uint64_t>(_mm_cvtsi128_si64(s));
  }
}

}  // namespace pellucid::net

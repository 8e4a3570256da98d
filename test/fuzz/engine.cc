// Any octets as a capture, through the whole path: frames, flows, streams, readers, records, text. Each line must be JSON, the
// counters' laws must hold, and when all flows have ended nothing may be held. The first octet chooses the limits.
#include <sys/mman.h>

#include <cstdlib>

#include "drivers/crypto/openssl/aes128.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/hasher.h"
#include "drivers/crypto/openssl/x509.h"
#include "lib/policy/protocols.h"
#include "test/unit/engine/whole.h"

namespace {

using namespace pellucid;

constexpr std::uint8_t kTiny = 1, kNoDpi = 2, kSmallRing = 4, kIgnoreVlan = 8, kSinkFails = 16, kPolicies = 32;

// The large pools come straight from the kernel, as in the program: AddressSanitizer would paint a megabyte of shadow for each
// run, and sees nothing inside of a pool anyway.
constexpr std::size_t kLarge = 1u << 20;
void* take(std::size_t bytes) noexcept {
  if (bytes < kLarge) return std::calloc(bytes, 1);
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}
void give(void* p, std::size_t bytes) noexcept {
  if (bytes < kLarge) return std::free(p);
  munmap(p, bytes);
}

engine::Options options_of(std::uint8_t choice) {
  engine::Options o;
  o.limits =
      (choice & kTiny) != 0 ? engine::Limits{64, 2, 3, 8, 1, 1, 1, 1, 1, 1} : engine::Limits{64, 16, 16, 32, 8, 8, 8, 8, 16, 8};
  o.flow_hash = net::choose_flow_hash();
  o.update_ticks = engine::ticks(1.0);
  o.tls_wait_ticks = engine::ticks(5.0);
  if ((choice & kNoDpi) != 0) o.level = policy::Level::metadata;
  return o;
}

// Two policies that wait for names, protocols and applications and want the opposite of each other.
policy::Rules rules_of(bool first) {
  using policy::Level;
  policy::Rules r;
  r.rules.resize(4);
  r.rules[0].match.names = {"example", "com"};
  r.rules[0].level = first ? Level::ignore : Level::classify;
  r.rules[1].match.content = policy::kContentTls | policy::kContentHttp;
  r.rules[1].level = first ? Level::metadata : Level::count;
  r.rules[2].match.applications = {77, 78};
  r.rules[2].level = first ? Level::classify : Level::ignore;
  r.rules[3].match.ports = {{1, 1023}};
  r.rules[3].level = Level::metadata;
  r.rules[3].sample = first ? 2 : 1;
  r.fallback.level = first ? Level::count : Level::classify;
  if (!first) r.protect.names = {"org"};
  return r;
}

// With each pull the other policy comes into force.
class Swapping final : public engine::Source {
 public:
  Swapping(engine::Source& source, engine::Lone& lone) : source_(source), lone_(lone) {}
  bool pull(net::Burst& burst) noexcept override {
    static const policy::Program kPrograms[] = {{rules_of(true), {}, 1}, {rules_of(false), {}, 2}};
    lone_.adopt(&kPrograms[turns_++ % 2]);
    return source_.pull(burst);
  }

 private:
  engine::Source& source_;
  engine::Lone& lone_;
  unsigned turns_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  memory = {take, give};
  static openssl::Digests digests;
  static openssl::CertificateReader certificates{digests};
  static const openssl::Hasher hasher;
  static const auto aes = openssl::make_aes128();
  const std::uint8_t choice = data[0];
  exporter::Eve eve({}, digests, &certificates, nullptr);
  exporter::Tally tally;
  test::JudgeSink sink((choice & kSinkFails) != 0 ? 1 : ~std::uint64_t{0});
  test::CountingDpi dpi;
  test::CaptureBytes source(Bytes(data, size).subspan(1));
  engine::Lone lone(options_of(choice), {.ignore_vlan = (choice & kIgnoreVlan) != 0}, (choice & kNoDpi) != 0 ? nullptr : &dpi,
                    eve, tally, &sink, (choice & kSmallRing) != 0 ? 4096 : 64 * 1024, {&hasher, aes.get()});
  Swapping swapping(source, lone);
  lone.run((choice & kPolicies) != 0 ? static_cast<engine::Source&>(swapping) : source);
  CHECK(metrics::broken_law(lone.counters()) == nullptr);
  CHECK(test::held(lone.state()) == 0);
  CHECK(sink.lines() == lone.counters().lines_written.value());
  return 0;
}

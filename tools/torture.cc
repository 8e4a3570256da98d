// torture DIR: replays every capture below DIR in this process, whole, then cut at seeded places and with seeded bits flipped,
// until the time is over. Meant for a build with ASan and UBSan: it fails on a crash, a broken counter law, or memory that a
// worker did not get back. Each case is named by its seed, so that one can be run again alone.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/x509.h"
#include "drivers/dpi/ndpi/dpi.h"
#include "drivers/io/file/source.h"
#include "lib/engine/lone.h"
#include "lib/metrics/law.h"

namespace {

using namespace std::chrono;
namespace fs = std::filesystem;
using namespace pellucid;

constexpr std::uintmax_t kMaxCapture = 8u << 20;  // larger ones take too long to be torn often
constexpr unsigned kMaxFlips = 64;

struct Wanted {
  std::string folder;
  double seconds = 60;
  std::uint64_t seed = 1;
};

class NullSink final : public exporter::Sink {
 public:
  bool write(std::string_view lines) noexcept override { return bytes_ += lines.size(), true; }
  bool flush() noexcept override { return true; }
  bool closed() const noexcept override { return false; }
  std::string failure() const override { return {}; }

 private:
  std::uint64_t bytes_ = 0;
};

std::vector<std::uint8_t> slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> captures_below(const std::string& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool capture = name.find(".pcap") != std::string::npos || name.find(".cap") != std::string::npos;
    const bool plain = name.ends_with(".json") || name.ends_with(".out") || name.ends_with(".yaml") || name.ends_with(".zst");
    if (entry.is_regular_file() && capture && !plain && entry.file_size() <= kMaxCapture) found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

// Seed 0 of a capture leaves it whole; others cut it, flip bits in it, or both. Small workers meet their limits.
void tear(std::vector<std::uint8_t>& bytes, std::mt19937_64& rng) {
  if (bytes.size() < 32) return;
  const auto below = [&rng](std::size_t n) { return static_cast<std::size_t>(rng() % n); };
  if (rng() % 3 == 0) bytes.resize(1 + below(bytes.size()));
  if (rng() % 4 == 0 && bytes.size() > 64) {  // a piece is missing in the middle
    const std::size_t at = 24 + below(bytes.size() - 32);
    const std::size_t n = std::min(bytes.size() - at, 1 + below(200));
    bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin() + static_cast<std::ptrdiff_t>(at + n));
  }
  const std::size_t flips = below(kMaxFlips);
  for (std::size_t i = 0; i < flips; ++i) {
    const std::size_t from = rng() % 8 == 0 ? 0 : std::min<std::size_t>(24, bytes.size() - 1);  // seldom the file's header
    bytes[from + below(bytes.size() - from)] ^= static_cast<std::uint8_t>(1u << (rng() % 8));
  }
}

engine::Options options_for(std::mt19937_64& rng) {
  engine::Options o;
  const bool tiny = rng() % 2 == 0;
  o.limits =
      tiny ? engine::Limits{64, 16, 16, 64, 4, 4, 2, 4, 8} : engine::Limits{4096, 1024, 256, 1024, 256, 256, 64, 256, 1024};
  for (std::uint8_t& b : o.secret.bytes) b = static_cast<std::uint8_t>(rng());
  o.flow_hash = net::choose_flow_hash();
  o.update_ticks = engine::ticks(1.0);
  o.tls_wait_ticks = engine::ticks(5.0);
  return o;
}

// Empty, or what is wrong.
std::string replay(const std::vector<std::uint8_t>& bytes, std::mt19937_64& rng, dpi::NdpiDpi& dpi, const dpi::NdpiNames& names,
                   openssl::Digests& digests, openssl::CertificateReader& certificates) {
  const int fd = memfd_create("torture", MFD_CLOEXEC);
  if (fd < 0 || ::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) return "memfd: cannot write";
  std::string problem;
  const auto source = io::FileSource::open("/proc/self/fd/" + std::to_string(fd), {}, problem);
  std::string wrong;
  if (source != nullptr) {
    exporter::Eve eve({}, digests, &certificates, &names);
    exporter::Tally tally;
    NullSink sink;
    const auto lone = std::make_unique<engine::Lone>(options_for(rng), net::ParseOptions{}, rng() % 4 == 0 ? nullptr : &dpi,
                                                     eve, tally, &sink);
    lone->run(*source);
    const metrics::Law* broken = metrics::broken_law(lone->counters());
    engine::State& s = lone->state();
    if (broken != nullptr) wrong = "counters break the law of " + std::string(broken->name) + ": " + std::string(broken->text);
    if (s.table.live() + s.spools.live_chunks() + s.tls.live() + s.http.live() + s.dns.live() + s.candidates.live() +
            s.layers.live() !=
        0) {
      wrong = "memory was not given back when all flows had ended";
    }
  }
  ::close(fd);
  return wrong;
}

int torture(const Wanted& wanted) {
  const auto captures = captures_below(wanted.folder);
  if (captures.empty()) {
    std::fprintf(stderr, "torture: %s: no captures below it\n", wanted.folder.c_str());
    return 4;
  }
  const auto end = steady_clock::now() + duration<double>(wanted.seconds);
  dpi::NdpiDpi dpi(1u << 10, 16u << 20);
  const dpi::NdpiNames names;
  openssl::Digests digests;
  openssl::CertificateReader certificates{digests};
  std::uint64_t cases = 0, failed = 0;
  for (std::uint64_t round = 0; round == 0 || steady_clock::now() < end; ++round) {
    for (std::size_t i = 0; i < captures.size() && (steady_clock::now() < end || cases == 0); ++i) {
      std::vector<std::uint8_t> bytes = slurp(captures[i]);
      std::mt19937_64 rng(wanted.seed * 1'000'003 + round * 10'007 + i);
      if (round != 0) tear(bytes, rng);
      std::fprintf(stderr, "\r\033[K%llu cases, %llu failed: %s round %llu", static_cast<unsigned long long>(cases),
                   static_cast<unsigned long long>(failed), captures[i].filename().c_str(),
                   static_cast<unsigned long long>(round));
      const std::string wrong = replay(bytes, rng, dpi, names, digests, certificates);
      ++cases;
      if (wrong.empty()) continue;
      ++failed;
      std::fprintf(stderr, "\n%s: seed %llu, round %llu: %s\n", captures[i].c_str(),
                   static_cast<unsigned long long>(wanted.seed), static_cast<unsigned long long>(round), wrong.c_str());
    }
  }
  std::fputc('\n', stderr);
  std::printf("torture: %llu cases over %zu captures, %llu failed\n", static_cast<unsigned long long>(cases), captures.size(),
              static_cast<unsigned long long>(failed));
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Replays torn captures through the whole path, in process; build it with sanitizers", "torture"};
  Wanted wanted;
  app.add_option("DIR", wanted.folder, "folder with captures, searched below too")->required()->check(CLI::ExistingDirectory);
  app.add_option("--seconds", wanted.seconds, "how long")->capture_default_str();
  app.add_option("--seed", wanted.seed, "another seed tears other places")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return torture(wanted);
}

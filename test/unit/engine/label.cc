#include "lib/engine/label.h"

#include "drivers/dpi/ndpi/dpi.h"
#include "drivers/dpi/ndpi/names.h"
#include "test/unit/engine/path.h"

using namespace pellucid;
using build::Octets;
using exporter::Kind;
using test::Path;

namespace {

constexpr std::uint8_t kSyn = 2, kAck = 16;

Octets segment(bool from_client, std::uint8_t flags, std::uint32_t seq, const Octets& payload = {}) {
  const build::Ip4 ends =
      from_client ? build::Ip4{.src = "10.0.0.1", .dst = "10.0.0.2"} : build::Ip4{.src = "10.0.0.2", .dst = "10.0.0.1"};
  const build::Tcp ports = from_client ? build::Tcp{.sport = 40000, .dport = 8000, .seq = seq, .flags = flags}
                                       : build::Tcp{.sport = 8000, .dport = 40000, .seq = seq, .flags = flags};
  return build::ethernet(build::ip4(ends, build::tcp(ports, payload)));
}

// SSH on no port of its own: greetings, then more packets with payload than DPI may see of a flow.
std::vector<Octets> secure_shell(unsigned more) {
  const Octets hello = build::as_octets("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  const auto size = static_cast<std::uint32_t>(hello.size());
  std::vector<Octets> frames{segment(true, kSyn, 1000), segment(false, kSyn | kAck, 5000), segment(true, kAck, 1001),
                             segment(false, kAck, 5001, hello), segment(true, kAck, 1001, hello)};
  for (unsigned i = 0; i < more; ++i) {
    frames.push_back(segment(true, kAck, 1001 + size + i * 40, Octets(40, static_cast<std::uint8_t>(i))));
  }
  return frames;
}

std::string app_of(const std::vector<Octets>& frames, bool at_once) {
  dpi::NdpiDpi dpi(64, 4u << 20);
  engine::Options options = test::small_options();
  options.level = exporter::Level::classify;
  Path path(options, 1u << 20, &dpi);
  if (at_once) {
    path.burst_at(0, frames);
  } else {
    for (unsigned i = 0; i < frames.size(); ++i) path.at(i, frames[i]);
  }
  path.end();
  const auto flows = path.of(Kind::flow);
  EXPECT_EQ(flows.size(), 1u);
  return std::string(dpi::NdpiNames().protocol(flows.at(0).head.app));
}

}  // namespace

TEST(Label, AVerdictCountsThoughTheFlowsBudgetIsSpentInTheSameBurst) {
  const std::vector<Octets> frames = secure_shell(20);
  EXPECT_EQ(app_of(frames, false), "SSH");
  EXPECT_EQ(app_of(frames, true), "SSH");
}

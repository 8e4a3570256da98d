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

// RFC 4253 7.1: with both of these the library has all that it wants to know.
Octets key_exchange() {
  Octets out{0, 0, 0, 0, 4, 20};
  out.insert(out.end(), 16, 0x11);  // cookie
  for (const std::string_view names : {"curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256",
                                       "hmac-sha2-256", "none", "none", "", ""}) {
    out.insert(out.end(), {0, 0, 0, static_cast<std::uint8_t>(names.size())});
    out.insert(out.end(), names.begin(), names.end());
  }
  out.insert(out.end(), 5 + 4, 0);  // no guess follows, reserved, padding
  out[3] = static_cast<std::uint8_t>(out.size() - 4);
  return out;
}

// SSH on a port of its own choice: greetings, key exchange, then more packets with payload than DPI may see of a flow.
std::vector<Octets> secure_shell() {
  std::vector<Octets> frames{segment(true, kSyn, 1000), segment(false, kSyn | kAck, 5000), segment(true, kAck, 1001)};
  std::uint32_t next[2] = {1001, 5001};
  const auto say = [&](bool from_client, const Octets& payload) {
    std::uint32_t& seq = next[from_client ? 0 : 1];
    frames.push_back(segment(from_client, kAck, seq, payload));
    seq += static_cast<std::uint32_t>(payload.size());
  };
  for (const bool from_client : {false, true}) say(from_client, build::as_octets("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"));
  for (const bool from_client : {true, false}) say(from_client, key_exchange());
  for (unsigned i = 0; i < 12; ++i) say(i % 2 == 0, Octets(40, static_cast<std::uint8_t>(i)));
  return frames;
}

std::string app_of(const std::vector<Octets>& frames, bool at_once) {
  dpi::NdpiDpi dpi(64, 4u << 20);
  engine::Options options = test::small_options();
  options.level = policy::Level::classify;
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
  const std::vector<Octets> frames = secure_shell();
  EXPECT_EQ(app_of(frames, false), "SSH");
  EXPECT_EQ(app_of(frames, true), "SSH");
}

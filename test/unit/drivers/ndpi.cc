#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "test/unit/drivers/ndpi.h"

namespace pellucid::dpi {
namespace {

using classify::By;
using classify::DpiJob;
using classify::Label;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint32_t kClient = 0x0a000001;  // 10.0.0.1
constexpr std::uint32_t kServer = 0x0a000002;

struct Talk {  // one flow between two hosts; makes its packets from the network header on
  std::uint8_t proto = kTcp;
  std::uint16_t sport = 40000;
  std::uint16_t dport = 22;
  std::uint32_t seq[2] = {1000, 9000};

  std::vector<std::uint8_t> packet(Dir dir, std::string_view payload) {
    const bool up = dir == Dir::up;
    const std::size_t l4 = proto == kTcp ? 20 : 8;
    std::vector<std::uint8_t> p;
    const auto u16 = [&](std::size_t v) {
      p.push_back(static_cast<std::uint8_t>(v >> 8));
      p.push_back(static_cast<std::uint8_t>(v));
    };
    const auto u32 = [&](std::uint32_t v) {
      u16(v >> 16);
      u16(v & 0xffff);
    };
    u16(0x4500);
    u16(20 + l4 + payload.size());
    u32(0x00004000);
    u16(static_cast<std::size_t>(64 << 8 | proto));
    u16(0);
    u32(up ? kClient : kServer);
    u32(up ? kServer : kClient);
    u16(up ? sport : dport);
    u16(up ? dport : sport);
    if (proto == kTcp) {
      u32(seq[index(dir)]);
      u32(seq[index(other(dir))]);
      u32(0x5018ffff);
      u32(0);
    } else {
      u16(l4 + payload.size());
      u16(0);
    }
    p.insert(p.end(), payload.begin(), payload.end());
    seq[index(dir)] += static_cast<std::uint32_t>(payload.size());
    return p;
  }
};

DpiJob job_of(std::uint32_t flow, std::uint32_t handle, const std::vector<std::uint8_t>& packet, Dir dir) {
  DpiJob job{};
  job.flow = flow;
  job.handle = handle;
  job.packet = packet;
  job.ts_ns = 1'600'000'000'000'000'000;
  job.dir = dir;
  return job;
}

void expect_lawful(const NdpiDpi& dpi) {
  const classify::DpiStats s = dpi.stats();
  EXPECT_EQ(s.flows, s.decided + s.gave_up + s.dropped + s.live);
  EXPECT_LE(s.flows, s.packets);
}

constexpr std::string_view kNtp =
    "\x1b\0\4\xfa\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\2\3\4\5\6\7\0";
constexpr std::string_view kNonsense = "\x9a\x81\xfe\xc1 nothing that anybody speaks \xc4\xf2";

// SSH_MSG_KEXINIT, RFC 4253 7.1, with one name in each list: its digest needs memory of the library.
std::string kex_init() {
  std::string body("\x14", 1);
  body.append(16, 'c');
  for (const std::string_view list : {"curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256",
                                      "hmac-sha2-256", "none", "none", "", ""}) {
    body.append({'\0', '\0', '\0', static_cast<char>(list.size())});
    body.append(list);
  }
  body.append(5, '\0');
  const std::size_t length = body.size() + 5;
  std::string message{'\0', '\0', static_cast<char>(length >> 8), static_cast<char>(length & 0xff), '\4'};
  return message + body + std::string(4, '\0');
}

struct Outcome {
  bool decided = false;
  Label label;
  std::uint32_t handle = kNone;
};

Outcome speak_ssh(NdpiDpi& dpi, std::uint32_t flow) {
  Talk talk;
  Outcome out;
  const std::string kex = kex_init();
  const std::pair<Dir, std::string_view> lines[] = {{Dir::down, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"},
                                                    {Dir::up, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"},
                                                    {Dir::up, kex},
                                                    {Dir::down, kex}};
  for (const auto& [dir, text] : lines) {
    const auto packet = talk.packet(dir, text);
    DpiJob job = job_of(flow, out.handle, packet, dir);
    dpi.inspect(&job, 1);
    out = {job.decided, job.label, job.handle};
    if (out.decided) break;
  }
  return out;
}

TEST(Ndpi, DecidesAConversationAndTakesItsHandleBack) {
  NdpiDpi dpi(4, 1 << 20);
  const Outcome ssh = speak_ssh(dpi, 1);
  ASSERT_TRUE(ssh.decided);
  EXPECT_EQ(named(ssh.label), "SSH");
  EXPECT_EQ(confidence(ssh.label), "DPI");
  EXPECT_EQ(names().category(ssh.label.category), "RemoteAccess");
  EXPECT_EQ(ssh.label.by, By::ndpi);
  EXPECT_EQ(ssh.handle, kNone);
  EXPECT_EQ(dpi.stats().live, 0U);
  expect_lawful(dpi);
}

TEST(Ndpi, AVerdictThatMayRestOnOtherFlowsSaysSo) {
  NdpiDpi dpi(4, 1 << 20);
  Talk talk{kUdp, 40000, 3478};
  std::string binding("\0\1\0\0\x21\x12\xa4\x42transaction!", 20);  // RFC 8489 5: a request without attributes
  Label label;
  std::uint32_t handle = kNone;
  for (unsigned i = 0; i < 8 && label.app == classify::kUnknown; ++i) {
    const auto packet = talk.packet(i % 2 == 0 ? Dir::up : Dir::down, binding);
    DpiJob job = job_of(1, handle, packet, i % 2 == 0 ? Dir::up : Dir::down);
    dpi.inspect(&job, 1);
    handle = job.handle;
    label = job.label;
    if (job.decided) break;
  }
  if (handle != kNone) label = dpi.give_up(handle);
  EXPECT_EQ(named(label), "STUN");
  EXPECT_EQ(label.by, By::ndpi_cache);
}

TEST(Ndpi, ASingleDatagramCanBeEnough) {
  NdpiDpi dpi(4, 1 << 20);
  Talk talk{kUdp, 40000, 123};
  const auto packet = talk.packet(Dir::up, kNtp);
  DpiJob job = job_of(1, kNone, packet, Dir::up);
  dpi.inspect(&job, 1);
  ASSERT_TRUE(job.decided);
  EXPECT_EQ(named(job.label), "NTP");
}

TEST(Ndpi, ABurstMayHoldSeveralPacketsOfAFlow) {
  NdpiDpi dpi(4, 1 << 20);
  Talk unknown{kUdp, 40000, 40001};
  Talk ntp{kUdp, 40000, 123};
  const auto one = unknown.packet(Dir::up, kNonsense);
  const auto two = ntp.packet(Dir::up, kNtp);
  DpiJob jobs[] = {job_of(1, kNone, one, Dir::up), job_of(2, kNone, two, Dir::up), job_of(1, kNone, one, Dir::up),
                   job_of(2, kNone, two, Dir::up)};
  dpi.inspect(jobs, 4);
  EXPECT_FALSE(jobs[2].decided);
  EXPECT_EQ(jobs[2].handle, jobs[0].handle);
  EXPECT_NE(jobs[0].handle, kNone);
  EXPECT_TRUE(jobs[1].decided);
  EXPECT_FALSE(jobs[3].decided) << "the job after the decision is left alone";
  EXPECT_EQ(jobs[3].handle, kNone);
  EXPECT_EQ(dpi.stats().packets, 3U);
  EXPECT_EQ(dpi.stats().flows, 2U);
  expect_lawful(dpi);
}

TEST(Ndpi, AFullPoolLeavesTheFlowUndecidedAndCounts) {
  NdpiDpi dpi(1, 1 << 20);
  Talk talk{kUdp, 40000, 40001};
  const auto packet = talk.packet(Dir::up, kNonsense);
  DpiJob jobs[] = {job_of(1, kNone, packet, Dir::up), job_of(2, kNone, packet, Dir::up)};
  dpi.inspect(jobs, 2);
  EXPECT_NE(jobs[0].handle, kNone);
  EXPECT_EQ(jobs[1].handle, kNone);
  EXPECT_FALSE(jobs[1].decided);
  EXPECT_EQ(dpi.stats().pool_full, 1U);
  dpi.drop(jobs[0].handle);
  DpiJob again = job_of(2, kNone, packet, Dir::up);
  dpi.inspect(&again, 1);
  EXPECT_NE(again.handle, kNone);
  expect_lawful(dpi);
}

TEST(Ndpi, AHandleThatWasGivenBackIsIgnored) {
  NdpiDpi dpi(1, 1 << 20);
  Talk talk{kUdp, 40000, 40001};
  const auto packet = talk.packet(Dir::up, kNonsense);
  DpiJob job = job_of(1, kNone, packet, Dir::up);
  dpi.inspect(&job, 1);
  const std::uint32_t stale = job.handle;
  dpi.drop(stale);
  dpi.drop(stale);
  EXPECT_EQ(dpi.give_up(stale).by, By::nobody);
  EXPECT_EQ(dpi.stats().dropped, 1U);
  DpiJob next = job_of(2, kNone, packet, Dir::up);
  dpi.inspect(&next, 1);
  ASSERT_NE(next.handle, kNone);
  EXPECT_NE(next.handle, stale) << "the same place, but another handle";
  dpi.drop(stale);
  EXPECT_EQ(dpi.stats().live, 1U);
  expect_lawful(dpi);
}

TEST(Ndpi, GivingUpGuessesByPort) {
  NdpiDpi dpi(2, 1 << 20);
  Talk talk{kTcp, 40000, 3306};
  const auto packet = talk.packet(Dir::up, "x");
  DpiJob job = job_of(1, kNone, packet, Dir::up);
  dpi.inspect(&job, 1);
  ASSERT_FALSE(job.decided);
  const Label label = dpi.give_up(job.handle);
  EXPECT_EQ(named(label), "MySQL");
  EXPECT_EQ(confidence(label), "Match by port");
  expect_lawful(dpi);
}

TEST(Ndpi, WhatCouldNotBeReadIsUnknownByNobody) {
  NdpiDpi dpi(2, 1 << 20);
  Talk talk{kTcp, 40000, 3306};
  auto packet = talk.packet(Dir::up, "x");
  packet.resize(24);  // the TCP header is cut
  DpiJob job = job_of(1, kNone, packet, Dir::up);
  dpi.inspect(&job, 1);
  ASSERT_FALSE(job.decided);
  const Label label = dpi.give_up(job.handle);
  EXPECT_EQ(label.app, classify::kUnknown);
  EXPECT_EQ(label.by, By::nobody);
}

TEST(Ndpi, EmptyAndTornPacketsAreHarmless) {
  NdpiDpi dpi(4, 1 << 20);
  Talk talk;
  const auto whole = talk.packet(Dir::up, "SSH-2.0-x\r\n");
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    const std::vector<std::uint8_t> torn(whole.begin(), whole.begin() + static_cast<long>(n));
    DpiJob job = job_of(1, kNone, torn, Dir::up);
    dpi.inspect(&job, 1);
    dpi.drop(job.handle);
  }
  EXPECT_EQ(dpi.stats().live, 0U);
  expect_lawful(dpi);
}

TEST(Ndpi, SurvivesWithoutAnyMemory) {
  NdpiDpi dpi(8, 16);
  for (std::uint32_t flow = 0; flow < 8; ++flow) {
    const Outcome ssh = speak_ssh(dpi, flow);
    const Label label = ssh.decided ? ssh.label : dpi.give_up(ssh.handle);
    EXPECT_EQ(named(label), "SSH");
  }
  EXPECT_GT(dpi.arena_full(), 0U);
  EXPECT_EQ(dpi.stats().arena_bytes, 0U);
  expect_lawful(dpi);
}

TEST(Ndpi, AFlowLeavesNothingBehindInTheArena) {
  NdpiDpi dpi(4, 1 << 20);
  speak_ssh(dpi, 0);
  const std::uint64_t once = dpi.stats().arena_bytes;
  for (std::uint32_t flow = 1; flow < 200; ++flow) speak_ssh(dpi, flow);
  EXPECT_EQ(dpi.stats().arena_bytes, once);
  EXPECT_EQ(dpi.arena_full(), 0U);
}

TEST(Ndpi, IsDestroyedByAnotherThreadWithFlowsStillLive) {
  auto dpi = std::make_unique<NdpiDpi>(8, 1 << 20);
  Talk talk;
  const auto banner = talk.packet(Dir::up, "SSH-2.0-OpenSSH_9.2p1\r\n");
  DpiJob job = job_of(1, kNone, banner, Dir::up);
  dpi->inspect(&job, 1);
  ASSERT_EQ(dpi->stats().live, 1U);
  std::thread([&] { dpi.reset(); }).join();
  EXPECT_EQ(dpi, nullptr);
}

TEST(Ndpi, WorkersRunSideBySide) {
  std::vector<std::thread> threads;
  std::atomic<unsigned> right{0};
  for (unsigned t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      NdpiDpi dpi(4, 1 << 20);
      for (std::uint32_t flow = 0; flow < 50; ++flow) right += speak_ssh(dpi, flow).decided ? 1 : 0;
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(right.load(), 150U);
}

}  // namespace
}  // namespace pellucid::dpi

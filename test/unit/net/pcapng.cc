#include "lib/net/pcap.h"

#include "test/unit/net/capture.h"

namespace pellucid::net {
namespace {

class PcapngBothOrders : public testing::TestWithParam<std::endian> {
 protected:
  Maker file{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Pcapng, PcapngBothOrders, testing::Values(std::endian::little, std::endian::big));

TEST_P(PcapngBothOrders, InterfacesOfPcapngHaveTheirOwnLinkAndTime) {
  file.section().interface(1, 0, Maker(GetParam()).option(2, "eth0").option(9, "\x09").u32(0).bytes);
  file.interface(101, 0).interface(113, 0, Maker(GetParam()).option(9, std::string(1, '\0')).bytes);
  file.enhanced(0, 1700000000 * kSecond + 5, "nano", 4)
      .enhanced(1, 1700000000000001, "micro", 90)
      .enhanced(2, 17, "seconds", 7);
  const Outcome o = read_all(file.bytes);
  ASSERT_EQ(o.frames.size(), 3u);
  EXPECT_EQ(o.frames[0], (Seen{"nano", 1700000000 * kSecond + 5, 4, 0, Link::ethernet, 0}));
  EXPECT_EQ(o.frames[1], (Seen{"micro", 1700000000 * kSecond + 1000, 90, 1, Link::raw_ip, kRowShort}));
  EXPECT_EQ(o.frames[2], (Seen{"seconds", 17 * kSecond, 7, 2, Link::sll, 0}));
  EXPECT_EQ(o.interfaces.at(0).name(), "eth0");
  EXPECT_EQ(o.interfaces.at(1).name(), "");
  EXPECT_EQ(o.err, Err::none);
}

TEST_P(PcapngBothOrders, ResolutionsFinerThanNanosecondsAndPowersOfTwoAreConverted) {
  const std::pair<const char*, std::uint64_t> cases[] = {
      {"\x0c", 3'000'000'000'999}, {"\x13", 0}, {"\x8a", 3 * 1024 + 1}, {"\xbf", 1ull << 62}};
  const std::uint64_t ns[] = {3 * kSecond, 0, 3 * kSecond + 976562, kSecond / 2};
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    Maker m(GetParam());
    m.section().interface(1, 0, Maker(GetParam()).option(9, cases[i].first).bytes).enhanced(0, cases[i].second, "x", 1);
    EXPECT_EQ(read_all(m.bytes).frames.at(0).ts_ns, ns[i]) << i;
  }
  for (const char* too_fine : {"\x14", "\xc0", "\x7f", "\xff"}) {
    Maker m(GetParam());
    m.section().interface(1, 0, Maker(GetParam()).option(9, too_fine).bytes).enhanced(0, 1, "x", 1);
    EXPECT_EQ(read_all(m.bytes).err, Err::unsupported);
  }
}

TEST_P(PcapngBothOrders, TimeOffsetsAreAddedAndMayBeNegative) {
  const auto options = [&](std::int64_t s) {
    return Maker(GetParam()).option(14, Maker(GetParam()).u64(static_cast<std::uint64_t>(s)).bytes).bytes;
  };
  file.section()
      .interface(1, 0, options(1000))
      .interface(1, 0, options(-3))
      .enhanced(0, 5'000'000, "a", 1)
      .enhanced(1, 5'000'000, "b", 1);
  const Outcome o = read_all(file.bytes);
  EXPECT_EQ(o.frames.at(0).ts_ns, 1005 * kSecond);
  EXPECT_EQ(o.frames.at(1).ts_ns, 2 * kSecond);
}

TEST_P(PcapngBothOrders, CheckSequencesOfAnInterfaceAreTakenOff) {
  file.section()
      .interface(1, 0, Maker(GetParam()).option(13, "\x04").bytes)
      .interface(1, 0, Maker(GetParam()).option(13, "\x20").bytes);
  file.enhanced(0, 1, "payloadFCS4", 11).enhanced(1, 1, "payloadFCS4", 11);
  const Outcome o = read_all(file.bytes);
  EXPECT_EQ(o.frames.at(0).bytes, "payload");
  EXPECT_EQ(o.frames.at(1).bytes, "payload");
}

TEST_P(PcapngBothOrders, SimplePacketsAreOfTheFirstInterfaceAndBorrowTheTimeBefore) {
  file.section().interface(1, 4).interface(101, 0).enhanced(1, 2'000'000, "x", 1).simple("abcd", 9).simple("ef", 2);
  const Outcome o = read_all(file.bytes);
  ASSERT_EQ(o.frames.size(), 3u);
  EXPECT_EQ(o.frames[1], (Seen{"abcd", 2 * kSecond, 9, 0, Link::ethernet, kRowShort}));
  EXPECT_EQ(o.frames[2], (Seen{"ef", 2 * kSecond, 2, 0, Link::ethernet, 0}));
}

TEST_P(PcapngBothOrders, ObsoletePacketBlocksAreRead) {
  file.section().interface(1, 0).interface(101, 0).old(1, 3'000'000, "frame");
  EXPECT_EQ(read_all(file.bytes).frames.at(0), (Seen{"frame", 3 * kSecond, 5, 1, Link::raw_ip, 0}));
}

TEST_P(PcapngBothOrders, UnknownBlocksAreSkippedAndSecretsCounted) {
  file.section()
      .block(4, "names")
      .interface(1, 0)
      .block(10, "CLIENT_RANDOM …")
      .block(0x40000bad, "custom")
      .block(5, "statistics");
  file.block(77, std::string(PcapReader::kMaxBlock + 4, 'x')).enhanced(0, 1, "frame", 5).block(10, "more");
  for (const std::size_t step : {~std::size_t{0}, std::size_t{100'000}}) {
    const Outcome o = read_all(file.bytes, step);
    EXPECT_EQ(o.frames.size(), 1u);
    EXPECT_EQ(o.secrets, 2u);
    EXPECT_EQ(o.err, Err::none);
  }
}

TEST_P(PcapngBothOrders, SecretsAreGivenAwayInOrderHoweverTheyCome) {
  const std::string log(PcapReader::kMaxWant + 3, 'k');
  file.section().secrets(kTlsKeylog, "CLIENT_RANDOM one").interface(1, 0).enhanced(0, 1, "frame", 5);
  file.secrets(0x57474b4c, "wireguard").secrets(kTlsKeylog, log).secrets(kTlsKeylog, "");
  for (const std::size_t step : {~std::size_t{0}, std::size_t{100'000}, std::size_t{7}}) {
    const Outcome o = read_all(file.bytes, step);
    ASSERT_EQ(o.gathered.blocks.size(), 3u);
    EXPECT_EQ(o.gathered.blocks[0], (std::pair{kTlsKeylog, std::string("CLIENT_RANDOM one")}));
    EXPECT_EQ(o.gathered.blocks[1], (std::pair{0x57474b4cu, std::string("wireguard")}));
    EXPECT_EQ(o.gathered.blocks[2].second, log);
    EXPECT_EQ(o.secrets, 4u);
    EXPECT_EQ(o.err, Err::none);
  }
}

TEST_P(PcapngBothOrders, SecretsWhoseLengthsDoNotAgreeAreGivenToNobody) {
  Maker longer(GetParam());
  longer.u32(kTlsKeylog).u32(9).text("12345678");
  Maker huge(GetParam());
  huge.u32(kTlsKeylog).u32(~0u).text("12345678");
  file.section().interface(1, 0).block(10, "").block(10, "type").block(10, longer.bytes).block(10, huge.bytes);
  file.enhanced(0, 1, "frame", 5);
  for (const std::size_t step : {~std::size_t{0}, std::size_t{5}}) {
    const Outcome o = read_all(file.bytes, step);
    EXPECT_TRUE(o.gathered.blocks.empty());
    EXPECT_EQ(o.frames.size(), 1u);
    EXPECT_EQ(o.secrets, 4u);
    EXPECT_EQ(o.err, Err::none);
  }
}

TEST_P(PcapngBothOrders, OfATornSecretsBlockComesWhatIsThere) {
  file.section().interface(1, 0).secrets(kTlsKeylog, "CLIENT_RANDOM one");
  const Outcome o = read_all(std::string_view(file.bytes).substr(0, file.bytes.size() - 12));
  ASSERT_EQ(o.gathered.blocks.size(), 1u);
  EXPECT_EQ(o.gathered.blocks[0].second, std::string_view("CLIENT_RANDOM one").substr(0, 17 - (12 - 4 - 3)));
  EXPECT_EQ(o.err, Err::truncated);
}

TEST_P(PcapngBothOrders, PacketBlocksWithManyOptionsAreReadWithoutThem) {
  const std::string options(PcapReader::kMaxWant * 2, 'o');
  Maker body(GetParam());
  body.u32(0).u32(0).u32(1'000'000).u32(4).u32(4).text("abcd").text(options);
  file.section().interface(1, 0).block(6, body.bytes).enhanced(0, 2'000'000, "next", 4);
  for (const std::size_t step : {~std::size_t{0}, std::size_t{100'001}}) {
    const Outcome o = read_all(file.bytes, step);
    ASSERT_EQ(o.frames.size(), 2u);
    EXPECT_EQ(o.frames[0].bytes, "abcd");
    EXPECT_EQ(o.frames[1].bytes, "next");
    EXPECT_EQ(o.err, Err::none);
  }
  Maker huge(GetParam());
  huge.section().interface(1, 0).u32(6).u32(PcapReader::kMaxBlock + 4).text(std::string(64, 'x'));
  EXPECT_EQ(read_all(huge.bytes).err, Err::too_long);
}

TEST_P(PcapngBothOrders, BlocksWhoseLengthLeavesOutThePaddingAreRead) {
  file.section().interface(1, 0).u32(2).u32(32 + 5).u16(0).u16(0).u32(0).u32(7).u32(5).u32(5).text("frame").pad().u32(32 + 5);
  file.enhanced(0, 8, "next", 4);
  const Outcome o = read_all(file.bytes);
  ASSERT_EQ(o.frames.size(), 2u);
  EXPECT_EQ(o.frames[0].bytes, "frame");
}

TEST_P(PcapngBothOrders, ASectionMayChangeTheByteOrderAndForgetsInterfaces) {
  const std::endian other = GetParam() == std::endian::big ? std::endian::little : std::endian::big;
  Maker second(other);
  second.section().interface(101, 0).enhanced(0, 2'000'000, "other", 5).enhanced(1, 1, "none", 4);
  file.section().interface(1, 0).interface(1, 0).enhanced(1, 1'000'000, "one", 3).text(second.bytes);
  const Outcome o = read_all(file.bytes);
  ASSERT_EQ(o.frames.size(), 2u);
  EXPECT_EQ(o.frames[0], (Seen{"one", kSecond, 3, 1, Link::ethernet, 0}));
  EXPECT_EQ(o.frames[1], (Seen{"other", 2 * kSecond, 5, 2, Link::raw_ip, 0}));
  EXPECT_EQ(o.err, Err::bad_value);  // the second section has one interface only
}

TEST_P(PcapngBothOrders, AnInterfaceDescribedAgainInALaterSectionKeepsItsNumber) {
  for (int i = 0; i < 1000; ++i) {
    file.section().interface(1, 0, Maker(GetParam()).option(2, "eth0").bytes);
    file.interface(1, 0, Maker(GetParam()).option(2, "eth1").bytes).enhanced(1, 1, "x", 1);
  }
  const Outcome o = read_all(file.bytes);
  ASSERT_EQ(o.frames.size(), 1000u);
  EXPECT_EQ(o.interfaces.size(), 2u);
  EXPECT_EQ(o.frames[999].iface, 1);
}

TEST_P(PcapngBothOrders, InterfacesAreLimitedInASectionAndShareTheLastNumberBeyond) {
  file.section();
  for (unsigned i = 0; i < PcapReader::kMaxInterfaces; ++i) file.interface(1, 0);
  Maker next(GetParam());
  next.section().interface(101, 0).interface(113, 0).enhanced(1, 1, "x", 1);
  const Outcome o = read_all(file.bytes + next.bytes);
  EXPECT_EQ(o.err, Err::none);
  EXPECT_EQ(o.frames.at(0).iface, PcapReader::kMaxInterfaces - 1);
  EXPECT_EQ(o.frames.at(0).link, Link::sll);
  file.interface(1, 0);
  EXPECT_EQ(read_all(file.bytes).err, Err::full);
}

TEST_P(PcapngBothOrders, LengthsThatContradictEachOtherEndTheCapture) {
  const auto after = [&](const std::string& block) {
    Maker m(GetParam());
    m.section().interface(1, 0).enhanced(0, 1, "good", 4);
    const std::size_t wrong = m.bytes.size();
    const Outcome o = read_all(m.bytes + block + std::string(64, '\0'));
    EXPECT_EQ(o.frames.size(), 1u);
    EXPECT_EQ(o.offset, wrong);
    return o.err;
  };
  Maker m(GetParam());
  EXPECT_EQ(after(Maker(GetParam()).u32(6).u32(8).bytes), Err::bad_length);             // below the least
  EXPECT_EQ(after(Maker(GetParam()).u32(6).u32(12).u32(12).bytes), Err::bad_length);    // no room for its fields
  EXPECT_EQ(after(Maker(GetParam()).u32(99).u32(0xffff'fffe).bytes), Err::bad_length);  // wraps when padded
  EXPECT_EQ(after(Maker(GetParam()).block(6, std::string(20, '\0')).bytes.replace(32 - 1, 1, "!")),
            Err::bad_length);  // trailer
  Maker body(GetParam());
  body.u32(0).u32(0).u32(1).u32(5).u32(5).text("abcd");  // five captured octets, four there
  EXPECT_EQ(after(Maker(GetParam()).block(6, body.bytes).bytes), Err::bad_length);
  EXPECT_EQ(after(Maker(GetParam()).interface(1, 0, Maker(GetParam()).u16(9).u16(40).bytes).bytes), Err::bad_length);
  EXPECT_EQ(after(Maker(GetParam()).interface(1, 0, Maker(GetParam()).option(9, "").bytes).bytes), Err::bad_length);
  EXPECT_EQ(after(Maker(GetParam()).block(1, "1234").bytes), Err::bad_length);
  EXPECT_EQ(after(Maker(GetParam()).block(0x0a0d0d0a, std::string(16, '\x55')).bytes), Err::bad_value);
}

TEST_P(PcapngBothOrders, InterfaceOptionsAreLimited) {
  Maker options(GetParam());
  for (unsigned i = 0; i <= PcapReader::kMaxOptions; ++i) options.option(1, "comment");
  file.section().interface(1, 0, options.bytes);
  EXPECT_EQ(read_all(file.bytes).err, Err::too_long);
}

}  // namespace
}  // namespace pellucid::net

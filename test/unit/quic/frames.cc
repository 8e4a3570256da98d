#include "lib/quic/frames.h"

#include <gtest/gtest.h>

#include "lib/quic/google.h"
#include "lib/quic/transport.h"
#include "test/unit/quic/make.h"

namespace pellucid::quic {
namespace {

std::string walk(Bytes payload, Frame how = Frame::ietf) {
  Frames frames(payload, how);
  std::string out;
  for (Crypto c; frames.next(c);) out += std::to_string(c.offset) + "=" + hex(c.data) + " ";
  if (frames.closed()) out += "closed ";
  return out + std::string(label(frames.err()));
}

TEST(Frames, PiecesAreFoundBetweenOthers) {
  EXPECT_EQ(walk(unhex("0000010600020102"
                       "0240640001000a02"  // ACK of two ranges
                       "06020103"
                       "03050000050102"
                       "4005"  // ACK_ECN
                       "0000")),
            "0=0102 2=03 none");
  EXPECT_EQ(walk(unhex("1c400a0604626164210000")), "closed none");
  EXPECT_EQ(walk({}), "none");
}

TEST(Frames, WhatMayNotStandInAnInitialEndsIt) {
  EXPECT_EQ(walk(unhex("0600010908000102")), "0=09 bad_type");  // STREAM
  EXPECT_EQ(walk(unhex("21")), "bad_type");
}

TEST(Frames, WhatIsCutSaysSo) {
  EXPECT_EQ(walk(unhex("06000501")), "truncated");
  EXPECT_EQ(walk(unhex("0600ffffffffffffffff01")), "truncated");
  EXPECT_EQ(walk(unhex("020000ffffffffffffffff0000")), "truncated");  // more ranges than there can be
}

TEST(Frames, GooglesAreReadWhereTheVersionHasThem) {
  EXPECT_EQ(walk(unhex("00400102030405080002aabb07"), Frame::google), "0=aabb none");
}

Octets hello(std::initializer_list<std::pair<std::string_view, std::string_view>> tags) {
  Octets out;
  append(out, as_bytes("CHLO"));
  out.push_back(static_cast<std::uint8_t>(tags.size()));
  out.insert(out.end(), {0, 0, 0});
  std::size_t end = 0;
  for (const auto& [name, value] : tags) {
    append(out, as_bytes(name));
    out.resize(out.size() + 4 - name.size());
    end += value.size();
    for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(end >> (8 * i)));
  }
  for (const auto& tag : tags) append(out, as_bytes(tag.second));
  return out;
}

std::string tags_of(Bytes message) {
  std::string out;
  Tags tags(message);
  for (Tag t; tags.next(t);) out += std::string(t.name) + "=" + std::string(as_text(t.value)) + ";";
  return out;
}

TEST(Google, HellosOfBothHeadersAreFound) {
  const Octets chlo = hello({{"PAD", "---"}, {"SNI", "example.org"}, {"UAID", "agent"}});
  Octets old = unhex("0d0102030405060708513034330100112233445566778899aabb");
  append(old, unhex("a001"));  // stream 1, from 0, with its size
  append_number(old, chlo.size(), 2);
  append(old, chlo);
  append(old, Octets(30));
  ASSERT_TRUE(is_google(old));
  EXPECT_EQ(read_google(old)->version, 0x51303433u);
  EXPECT_EQ(tags_of(read_google(old)->hello), "PAD=---;SNI=example.org;UAID=agent;");

  Octets late = unhex("c351303436500102030405060708000000010011223344556677");
  append(late, unhex("8899aabb"));
  append(late, unhex("8018"));  // to its end
  append(late, chlo);
  ASSERT_TRUE(is_google(late));
  EXPECT_EQ(tags_of(read_google(late)->hello), "PAD=---;SNI=example.org;UAID=agent;");
}

TEST(Google, HellosThatDoNotFitGiveWhatDoes) {
  Octets chlo = hello({{"SNI", "a"}, {"UAID", "b"}});
  EXPECT_EQ(tags_of(Bytes(chlo).first(chlo.size() - 1)), "SNI=a;");
  chlo[12] = 0xff;  // the first tag's end
  EXPECT_EQ(tags_of(chlo), "");
  Octets many = hello({{"SNI", "a"}});
  many[4] = 0xff;
  many[5] = 0xff;
  EXPECT_EQ(tags_of(many), "");
  EXPECT_EQ(tags_of(as_bytes("CHLO")), "");
}

TEST(Transport, ParametersAreFoundByTheirNumbers) {
  const Octets all = unhex("0102aabb7129054e65742f310f00");
  EXPECT_EQ(hex(find_parameter(all, 1)), "aabb");
  EXPECT_EQ(as_text(find_parameter(all, kUserAgent)), "Net/1");
  EXPECT_TRUE(find_parameter(all, 15).empty());
  Octets agent;
  append_varint(agent, kUserAgent);
  append_varint(agent, 5);
  append(agent, as_bytes("agent"));
  EXPECT_EQ(as_text(find_parameter(agent, kUserAgent)), "agent");
  agent.pop_back();
  Parameters cut(agent);
  Parameter p;
  EXPECT_FALSE(cut.next(p));
  EXPECT_FALSE(cut.ok());
}

}  // namespace
}  // namespace pellucid::quic

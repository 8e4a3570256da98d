#include "lib/dns/data.h"

#include <gtest/gtest.h>

#include "test/unit/dns/wire.h"

namespace pellucid::dns {
namespace {

struct One {  // a response with a question for d.example and one record of this data
  explicit One(unsigned type, const std::string& data) : wire(1, 0x8180, {1, 1, 0, 0}) {
    wire.question("d.example", type).record(type, data);
    message = *read_message(wire.bytes());
    Records records(message);
    EXPECT_TRUE(records.next(record));
  }
  Wire wire;
  Message message{};
  Record record{};
};
const std::string kSelf = octets({0xc0, 0x0c});  // d.example

TEST(DnsData, ReadsSoa) {
  std::string data = octets({2, 'n', 's'}) + kSelf + octets({4, 'r', 'o', 'o', 't'}) + kSelf;
  for (const int v : {1, 2, 3, 4, 5}) data += octets({0, 0, 0, v});
  const One one(kSoa, data);
  Soa soa;
  ASSERT_EQ(read_soa(one.message, one.record, soa), Err::none);
  EXPECT_EQ(soa.mname.view(), "ns.d.example");
  EXPECT_EQ(soa.rname.view(), "root.d.example");
  EXPECT_EQ(soa.serial, 1u);
  EXPECT_EQ(soa.minimum, 5u);
  const One cut(kSoa, data.substr(0, data.size() - 1));
  EXPECT_EQ(read_soa(cut.message, cut.record, soa), Err::truncated);
  const One none(kSoa, "");
  EXPECT_NE(read_soa(none.message, none.record, soa), Err::none);
}

TEST(DnsData, ReadsSrv) {
  const One one(kSrv, octets({0, 1, 0, 2, 1, 187}) + kSelf);
  Srv srv;
  ASSERT_EQ(read_srv(one.message, one.record, srv), Err::none);
  EXPECT_EQ(srv.priority, 1);
  EXPECT_EQ(srv.weight, 2);
  EXPECT_EQ(srv.port, 443);
  EXPECT_EQ(srv.target.view(), "d.example");
  const One cut(kSrv, octets({0, 1, 0}));
  EXPECT_EQ(read_srv(cut.message, cut.record, srv), Err::truncated);
}

TEST(DnsData, ReadsSshfp) {
  const One one(kSshfp, octets({4, 2, 0xab, 0xcd}));
  const auto sshfp = read_sshfp(one.record);
  ASSERT_TRUE(sshfp);
  EXPECT_EQ(sshfp->algorithm, 4);
  EXPECT_EQ(sshfp->type, 2);
  EXPECT_EQ(sshfp->fingerprint.size(), 2u);
  EXPECT_EQ(form_of(one.record), Form::sshfp);
  EXPECT_FALSE(read_sshfp(One(kSshfp, octets({4, 2})).record));
}

TEST(DnsData, ReadsService) {
  const One one(kHttps, octets({0, 1, 0}) + octets({0, 1, 0, 3, 2, 'h', '2'}));
  Service service;
  ASSERT_EQ(read_service(one.message, one.record, service), Err::none);
  EXPECT_EQ(service.priority, 1);
  EXPECT_EQ(service.target.size, 0);
  EXPECT_EQ(service.parameters.size(), 7u);
  const One cut(kHttps, octets({0}));
  EXPECT_EQ(read_service(cut.message, cut.record, service), Err::truncated);
}

TEST(DnsData, ReadsCaa) {
  const One one(kCaa, octets({0, 5}) + "issueca.example");
  const auto caa = read_caa(one.record);
  ASSERT_TRUE(caa);
  EXPECT_EQ(caa->tag, "issue");
  EXPECT_EQ(caa->value, "ca.example");
  EXPECT_FALSE(read_caa(One(kCaa, octets({0, 9, 'i'})).record));
  EXPECT_FALSE(read_caa(One(kCaa, octets({0, 0})).record));
}

TEST(DnsData, ANameMustEndWithinItsData) {
  const One one(kCname, octets({1}));  // the message ends before the label does
  Name name;
  EXPECT_NE(read_target(one.message, one.record, name), Err::none);
  Wire w(1, 0x8180, {1, 2, 0, 0});  // the next record's name would be read as the end of this one's data
  w.question("d.example", kCname).record(kCname, octets({1, 'a'})).record(kA, octets({1, 2, 3, 4}));
  const Message m = *read_message(w.bytes());
  Records records(m);
  Record r{};
  ASSERT_TRUE(records.next(r));
  EXPECT_EQ(read_target(m, r, name), Err::bad_length);
}

TEST(DnsData, FormsNeedTheirLength) {
  EXPECT_EQ(form_of(One(kA, octets({1, 2, 3, 4})).record), Form::address);
  EXPECT_EQ(form_of(One(kA, octets({1, 2, 3})).record), Form::none);
  EXPECT_EQ(form_of(One(kAaaa, std::string(16, 'a')).record), Form::address);
  EXPECT_EQ(form_of(One(kAaaa, std::string(4, 'a')).record), Form::none);
  EXPECT_EQ(form_of(One(kCname, "").record), Form::none);
  EXPECT_EQ(form_of(One(kSoa, "").record), Form::soa);
  EXPECT_EQ(form_of(One(kSrv, "").record), Form::srv);
  EXPECT_EQ(form_of(One(999, "abc").record), Form::none);
}

TEST(DnsData, TheFullResponseCodeHasOptsUpperBits) {
  Wire w(1, 0x8181, {1, 0, 0, 1});
  w.question("d.example", kA).u8(0).u16(kOpt).u16(1232).u32(0x01000000).u16(0);
  EXPECT_EQ(full_rcode(*read_message(w.bytes())), 17u);
  EXPECT_EQ(full_rcode(*read_message(query("a").bytes())), 0u);
}

}  // namespace
}  // namespace pellucid::dns

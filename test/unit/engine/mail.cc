#include "lib/engine/mail.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

using namespace pellucid;

namespace {

bool send(engine::Mail& mail, const net::Row& row, const net::Key& key) {
  const bool posted = mail.post(row, key);
  mail.hand_over();
  return posted;
}

struct Letter {
  std::vector<std::uint8_t> frame;
  net::Row row{};
  net::Key key{};

  explicit Letter(std::uint8_t n, std::size_t size) : frame(size, n) {
    row.frame = frame.data();
    row.len = static_cast<std::uint32_t>(size);
    key.proto = n;
  }
};

}  // namespace

TEST(Mail, ArrivesInOrderWithItsFrame) {
  engine::Mail mail(1 << 16);
  for (std::uint8_t n = 1; n <= 10; ++n) {
    const Letter letter(n, n * 10u);
    ASSERT_TRUE(send(mail, letter.row, letter.key));
  }
  auto burst = std::make_unique<net::Burst>();
  mail.take(*burst);
  ASSERT_EQ(burst->n, 10u);
  for (unsigned i = 0; i < 10; ++i) {
    EXPECT_EQ(burst->key[i].proto, i + 1);
    ASSERT_EQ(burst->row[i].bytes().size(), (i + 1) * 10u);
    EXPECT_EQ(burst->row[i].bytes()[0], i + 1);
  }
}

TEST(Mail, WhatIsPostedArrivesOnceItIsHandedOver) {
  engine::Mail mail(1 << 16);
  auto burst = std::make_unique<net::Burst>();
  for (std::uint8_t n = 1; n <= 3; ++n) {
    const Letter letter(n, 100);
    ASSERT_TRUE(mail.post(letter.row, letter.key));
    mail.take(*burst);
    EXPECT_EQ(burst->n, 0u);
  }
  mail.hand_over();
  mail.take(*burst);
  ASSERT_EQ(burst->n, 3u);
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(burst->row[i].bytes()[0], i + 1);
}

TEST(Mail, AnEmptyFrameIsMailToo) {
  engine::Mail mail(1 << 16);
  const Letter letter(7, 0);
  ASSERT_TRUE(send(mail, letter.row, letter.key));
  auto burst = std::make_unique<net::Burst>();
  mail.take(*burst);
  ASSERT_EQ(burst->n, 1u);
  EXPECT_TRUE(burst->row[0].bytes().empty());
}

TEST(Mail, IsRefusedWhenThereIsNoRoomAndTakenAgainOnceABurstWasGivenBack) {
  engine::Mail mail(1 << 12);
  const Letter letter(1, 1000);
  unsigned sent = 0;
  while (send(mail, letter.row, letter.key)) ++sent;
  EXPECT_GT(sent, 0u);
  auto burst = std::make_unique<net::Burst>();
  mail.take(*burst);
  EXPECT_EQ(burst->n, sent);
  EXPECT_FALSE(send(mail, letter.row, letter.key)) << "the burst's frames are still in use";
  mail.take(*burst);
  EXPECT_EQ(burst->n, 0u);
  EXPECT_TRUE(send(mail, letter.row, letter.key));
}

TEST(Mail, AFlowHasOneOwnerWhicheverWayItsPacketsGo) {
  net::Key key{};
  key.family = 4;
  key.proto = 6;
  for (std::uint16_t port = 1; port < 500; ++port) {
    key.port_a = port;
    EXPECT_LT(engine::owner_of(key, 3), 3u);
    EXPECT_EQ(engine::owner_of(key, 1), 0u);
  }
}

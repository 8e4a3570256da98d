#include "app/daemon/roles.h"

#include <gtest/gtest.h>

namespace pellucid::app {

namespace {

using engine::Caller;
using engine::Role;
using engine::Roles;

Caller local(std::uint32_t uid, std::vector<std::string> groups) {
  return {Caller::Way::local, uid, "somebody", std::move(groups)};
}
Caller remote(std::vector<std::string> names) { return {Caller::Way::certificate, 0, names.front(), names}; }

}  // namespace

TEST(Roles, ComeFromGroupsOfLocalCallers) {
  const RoleTable table = RoleTable::standard();
  EXPECT_EQ(table.of(local(1000, {"users", "pellucid-operate"})), Roles(Role::operate));
  EXPECT_EQ(table.of(local(1000, {"pellucid-view", "pellucid-audit"})), Roles(Role::view, Role::audit));
  EXPECT_TRUE(table.of(local(1000, {"users"})).empty());
}

TEST(Roles, ComeFromCertificatesOfRemoteCallersAndNeverFromGroupsOfTheSameName) {
  RoleTable table = RoleTable::standard();
  table.names.emplace("alice", Role::operate);
  table.names.emplace("alice", Role::view);
  EXPECT_EQ(table.of(remote({"x", "alice"})), Roles(Role::operate, Role::view));
  EXPECT_TRUE(table.of(remote({"pellucid-operate"})).empty());
  EXPECT_TRUE(table.of(local(1000, {"alice"})).empty());
}

TEST(Roles, OfRootLeaveOutGrantsAndKeys) {
  EXPECT_EQ(RoleTable::standard().of(local(0, {})), Roles(Role::view, Role::operate, Role::audit));
  EXPECT_TRUE(RoleTable::standard().of(local(0, {"pellucid-keys"})).conflict());
  // The number counts where the kernel gave it.
  EXPECT_TRUE(RoleTable::standard().of(remote({"root"})).empty());
}

TEST(Roles, OfAnyoneAreNone) { EXPECT_TRUE(RoleTable::standard().of({Caller::Way::anyone, 0, "", {"pellucid-view"}}).empty()); }

TEST(Roles, ConflictWhereTwoOfThreeMeet) {
  EXPECT_TRUE(Roles(Role::operate, Role::authorise).conflict());
  EXPECT_TRUE(Roles(Role::operate, Role::keys).conflict());
  EXPECT_TRUE(Roles(Role::authorise, Role::keys).conflict());
  EXPECT_FALSE(Roles(Role::view, Role::audit, Role::keys).conflict());
  EXPECT_FALSE(Roles().conflict());
}

}  // namespace pellucid::app

#include "drivers/ctl/http/peer.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>

#include <array>

namespace pellucid::ctl {

namespace {

constexpr std::size_t kMaxGroups = 1024;  // of one caller; those beyond give no role
using Scratch = std::array<char, 16 * 1024>;

std::string account(uid_t uid) {
  Scratch scratch;
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, scratch.data(), scratch.size(), &found) == 0 && found != nullptr) return entry.pw_name;
  return "uid " + std::to_string(uid);
}

void add_group(std::vector<std::string>& names, gid_t gid) {
  std::vector<char> scratch(256 * 1024);  // a group's entry lists its members
  group entry{};
  group* found = nullptr;
  if (getgrgid_r(gid, &entry, scratch.data(), scratch.size(), &found) == 0 && found != nullptr)
    names.emplace_back(entry.gr_name);
}

}  // namespace

engine::Caller local_peer(int fd) {
  engine::Caller caller;
  ucred peer{};
  socklen_t size = sizeof peer;
  // Nobody's identity is known here: then it is anyone's.
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return caller;
  caller.way = engine::Caller::Way::local;
  caller.uid = peer.uid;
  caller.name = account(peer.uid);
  add_group(caller.proof, peer.gid);
  std::array<gid_t, kMaxGroups> groups{};
  size = sizeof groups;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) != 0) return caller;
  for (std::size_t i = 0; i < size / sizeof(gid_t); ++i) {
    if (groups[i] != peer.gid) add_group(caller.proof, groups[i]);
  }
  return caller;
}

}  // namespace pellucid::ctl

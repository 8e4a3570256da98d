#include "drivers/io/dpdk/kernel_link.h"

#include <string_view>

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pellucid::dpdk {

unsigned kernel_index(const std::string& device) noexcept {
  constexpr std::string_view kKey = ",rx_iface=";
  const std::size_t at = device.find(kKey);
  if (at == std::string::npos) return 0;
  char name[IFNAMSIZ]{};
  const std::string_view value = std::string_view(device).substr(at + kKey.size());
  value.substr(0, value.find(',')).copy(name, sizeof name - 1);
  return if_nametoindex(name);
}

bool kernel_runs(unsigned index) noexcept {
  ifreq asked{};
  if (if_indextoname(index, asked.ifr_name) == nullptr) return false;
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return true;  // nothing is known against it
  const bool answered = ioctl(fd, SIOCGIFFLAGS, &asked) == 0;
  close(fd);
  return answered && (asked.ifr_flags & IFF_UP) != 0 && (asked.ifr_flags & IFF_RUNNING) != 0;
}

}  // namespace pellucid::dpdk

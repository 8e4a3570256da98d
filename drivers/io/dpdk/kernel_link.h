// kernel_index and kernel_runs: whether the interface of the kernel that a device takes its packets from has a link. The
// drivers of such devices (af_packet, pcap) say that theirs always is up. Any thread; a few system calls.
#pragma once
#include <string>

namespace pellucid::dpdk {

unsigned kernel_index(const std::string& device) noexcept;  // named in net_pcap's arguments, which keeps it to itself; 0: none
bool kernel_runs(unsigned index) noexcept;                  // false also where the interface is gone

}  // namespace pellucid::dpdk

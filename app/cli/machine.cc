#include "app/cli/machine.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/cli/table.h"

namespace pellucid::app {

namespace {

using State = Finding::State;
namespace fs = std::filesystem;

// Reads below the root; what is not there is empty.
class Eye {
 public:
  explicit Eye(const std::string& root) : root_(root) {}
  std::string word(const std::string& path) const {
    std::ifstream in(root_ + path);
    std::string line;
    std::getline(in, line);
    return line;
  }
  std::string all(const std::string& path) const {
    std::ifstream in(root_ + path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::uint64_t number(const std::string& path) const { return std::strtoull(word(path).c_str(), nullptr, 0); }
  bool there(const std::string& path) const {
    std::error_code ignored;
    return fs::exists(root_ + path, ignored);
  }
  std::vector<std::string> names(const std::string& path) const {
    std::vector<std::string> out;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(root_ + path, ignored)) out.push_back(entry.path().filename());
    std::ranges::sort(out);
    return out;
  }
  std::string target(const std::string& path) const {  // of a link, its last part
    std::error_code ignored;
    return fs::read_symlink(root_ + path, ignored).filename();
  }

 private:
  std::string root_;
};

using Findings = std::vector<Finding>;

void look_at_cpu(const Eye& eye, Findings& out) {
  const std::string info = eye.all("/proc/cpuinfo");
  const std::size_t at = info.find("\nflags");
  const std::string flags = at == std::string::npos ? "" : info.substr(at, info.find('\n', at + 1) - at) + " ";
  std::string missing;
  for (const char* flag : {"sse4_2", "popcnt", "ssse3", "cx16"}) {
    if (flags.find(" " + std::string(flag) + " ") == std::string::npos)
      missing += (missing.empty() ? "" : ", ") + std::string(flag);
  }
  if (missing.empty()) {
    out.push_back({State::ok, "cpu", "x86-64-v2 is there", ""});
  } else {
    out.push_back(
        {State::fail, "cpu", "instructions are missing: " + missing, "virsh edit GUEST  # <cpu mode='host-passthrough'/>"});
  }
  const std::string source = eye.word("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  if (source == "tsc" || source == "kvm-clock") {
    out.push_back({State::ok, "clocksource", source, ""});
  } else {
    out.push_back({State::warn, "clocksource", (source.empty() ? "not known" : source) + ": reading the time is slow",
                   "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource"});
  }
}

void look_at_cores(const Eye& eye, Findings& out) {
  const std::string online = eye.word("/sys/devices/system/cpu/online");
  const std::string isolated = eye.word("/sys/devices/system/cpu/isolated");
  if (isolated.empty()) {
    out.push_back(
        {State::warn, "cores", "online " + online + ", none is kept for workers: other programs will disturb them",
         "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&isolcpus=2-7 nohz_full=2-7 rcu_nocbs=2-7 /' /etc/default/grub && update-grub && "
         "reboot  # your cores instead of 2-7"});
  } else {
    out.push_back({State::ok, "cores", "online " + online + ", kept for workers " + isolated, ""});
  }
  const std::string governor = eye.word("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  if (!governor.empty() && governor != "performance") {
    out.push_back({State::warn, "frequency", "governor " + governor + ": cores slow down between packets",
                   "cpupower frequency-set -g performance"});
  }
  const auto nodes = eye.word("/sys/devices/system/node/online");
  out.push_back({State::ok, "numa", "nodes " + (nodes.empty() ? "0" : nodes), ""});
}

void look_at_pages(const Eye& eye, Findings& out) {
  std::uint64_t free_kb = 0, total_kb = 0;
  for (const std::string& name : eye.names("/sys/kernel/mm/hugepages")) {
    const std::string folder = "/sys/kernel/mm/hugepages/" + name;
    const std::uint64_t kb = name.size() > 10 ? std::strtoull(name.c_str() + 10, nullptr, 10) : 0;
    free_kb += kb * eye.number(folder + "/free_hugepages");
    total_kb += kb * eye.number(folder + "/nr_hugepages");
  }
  constexpr std::uint64_t kEnough = 512 * 1024;
  const std::string text = scaled(free_kb << 10) + " free of " + scaled(total_kb << 10);
  if (free_kb >= kEnough) {
    out.push_back({State::ok, "hugepages", text, ""});
  } else {
    out.push_back({State::warn, "hugepages", text + ": packets and tables will be in small pages",
                   "echo 1024 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"});
  }
  const bool mounted = eye.all("/proc/mounts").find(" hugetlbfs ") != std::string::npos;
  if (!mounted) {
    out.push_back({State::warn, "hugepages", "hugetlbfs is not mounted",
                   "mkdir -p /dev/hugepages && mount -t hugetlbfs none /dev/hugepages"});
  }
}

void look_at_iommu(const Eye& eye, Findings& out) {
  if (!eye.names("/sys/kernel/iommu_groups").empty()) {
    out.push_back({State::ok, "iommu", "on: network cards reach only what they are given", ""});
  } else {
    out.push_back({State::warn, "iommu", "off: vfio-pci works in its unsafe mode alone",
                   "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&intel_iommu=on iommu=pt /' /etc/default/grub && update-grub && reboot"});
  }
  if (eye.there("/sys/module/vfio_pci")) {
    out.push_back({State::ok, "vfio", "vfio-pci is loaded", ""});
  } else {
    out.push_back(
        {State::warn, "vfio", "vfio-pci is not loaded", "modprobe vfio-pci && echo vfio-pci > /etc/modules-load.d/vfio.conf"});
  }
}

void look_at_card(const Eye& eye, const std::string& address, Findings& out) {
  const std::string folder = "/sys/bus/pci/devices/" + address;
  const std::string driver = eye.target(folder + "/driver");
  const std::string node = eye.word(folder + "/numa_node");
  const std::string where = address + (node.empty() || node == "-1" ? "" : ", NUMA node " + node);
  const auto interfaces = eye.names(folder + "/net");
  if (driver == "vfio-pci" || driver == "igb_uio" || driver == "uio_pci_generic") {
    out.push_back({State::ok, "card", where + ": " + driver + ", ready for pellucidd", ""});
    return;
  }
  std::string text = where + ": " + (driver.empty() ? "no driver" : driver);
  for (const std::string& name : interfaces) {
    const auto queues = eye.names("/sys/class/net/" + name + "/queues");
    const auto receive = std::ranges::count_if(queues, [](const std::string& q) { return q.starts_with("rx-"); });
    const std::string speed = eye.word("/sys/class/net/" + name + "/speed");
    text += ", " + name + ": " + std::to_string(receive) +
            (receive > 1 ? " receive queues, spreads packets" : " receive queue, does not spread packets");
    if (!speed.empty() && speed[0] != '-') text += ", " + speed + " Mbit/s";
  }
  if (driver.starts_with("mlx")) {
    out.push_back({State::ok, "card", text + "; DPDK shares it with the kernel", ""});
  } else {
    out.push_back({State::warn, "card", text + "; the kernel's: not ready for pellucidd but by net_af_packet",
                   "driverctl set-override " + address + " vfio-pci  # takes it away from the kernel"});
  }
}

void look_at_cards(const Eye& eye, Findings& out) {
  const std::size_t before = out.size();
  for (const std::string& address : eye.names("/sys/bus/pci/devices")) {
    if (eye.word("/sys/bus/pci/devices/" + address + "/class").starts_with("0x02")) look_at_card(eye, address, out);
  }
  if (out.size() == before) {
    out.push_back({State::warn, "card", "no network card on PCI: virtual devices only, as net_af_packet0,iface=eth0", ""});
  }
}

std::string limit_text(rlim_t n) { return n == RLIM_INFINITY ? "unlimited" : std::to_string(n); }

// These are of the calling process, so they say nothing about a copy.
void look_at_limits(Findings& out) {
  rlimit lock{}, files{};
  getrlimit(RLIMIT_MEMLOCK, &lock);
  getrlimit(RLIMIT_NOFILE, &files);
  const std::string locked = "locked memory " +
                             limit_text(lock.rlim_max == RLIM_INFINITY ? lock.rlim_max : lock.rlim_max >> 10) +
                             (lock.rlim_max == RLIM_INFINITY ? "" : " KiB");
  if (lock.rlim_max == RLIM_INFINITY || lock.rlim_max >= (1u << 30)) {
    out.push_back({State::ok, "limits", locked, ""});
  } else {
    out.push_back({State::warn, "limits", locked + " in this session: pellucidd started from here may go to disk",
                   "systemctl start pellucidd  # its unit has LimitMEMLOCK=infinity; or: ulimit -l unlimited"});
  }
  constexpr rlim_t kFiles = 1024;
  if (files.rlim_max >= kFiles) {
    out.push_back({State::ok, "limits", "open files " + limit_text(files.rlim_max), ""});
  } else {
    out.push_back({State::warn, "limits", "open files " + limit_text(files.rlim_max), "ulimit -n 4096"});
  }
}

void look_at_clock(Findings& out) {
  timex t{};
  const int state = adjtimex(&t);
  if (state >= 0 && (t.status & STA_UNSYNC) == 0) {
    out.push_back({State::ok, "clock", "synchronised, wrong by at most " + std::to_string(t.maxerror / 1000) + " ms", ""});
  } else {
    out.push_back({State::warn, "clock", "not synchronised: times in records cannot be compared with those of others",
                   "apt-get install -y chrony && systemctl enable --now chrony"});
  }
}

void look_at_disk(const std::string& records, Findings& out) {
  fs::path folder = records;
  std::error_code ignored;
  while (!folder.empty() && folder != folder.root_path() && !fs::exists(folder, ignored)) folder = folder.parent_path();
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0 || disk.f_blocks == 0) {
    out.push_back({State::fail, "disk", records + ": cannot be looked at", "mkdir -p " + records});
    return;
  }
  const std::uint64_t free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  const std::uint64_t percent = disk.f_bavail * 100 / disk.f_blocks;
  const std::string text = records + ": " + scaled(free_bytes) + " free, " + std::to_string(percent) + " %";
  constexpr std::uint64_t kLittle = 1u << 30;
  if (free_bytes < kLittle / 16) {
    out.push_back({State::fail, "disk", text + ": records will be lost",
                   "du -xh --max-depth=2 " + folder.string() + " | sort -h | tail"});
  } else if (free_bytes < kLittle || percent < 10) {
    out.push_back(
        {State::warn, "disk", text + ": little for records", "du -xh --max-depth=2 " + folder.string() + " | sort -h | tail"});
  } else {
    out.push_back({State::ok, "disk", text, ""});
  }
}

}  // namespace

std::vector<Finding> examine(const Look& look) {
  const Eye eye(look.root);
  Findings out;
  look_at_cpu(eye, out);
  look_at_cores(eye, out);
  look_at_pages(eye, out);
  look_at_iommu(eye, out);
  look_at_cards(eye, out);
  if (!look.root.empty()) return out;
  look_at_limits(out);
  look_at_clock(out);
  look_at_disk(look.records, out);
  return out;
}

}  // namespace pellucid::app

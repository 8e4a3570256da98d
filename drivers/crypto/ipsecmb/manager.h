// Manager: the library's functions for this CPU. One owner.
#pragma once
#include <memory>

#include <intel-ipsec-mb.h>

namespace pellucid::ipsecmb {

struct ManagerFreer {
  void operator()(IMB_MGR* m) const noexcept { free_mb_mgr(m); }
};
using Manager = std::unique_ptr<IMB_MGR, ManagerFreer>;

inline Manager make_manager() {  // null: this CPU has not what the library needs
  Manager manager{alloc_mb_mgr(0)};
  if (manager == nullptr) return nullptr;
  IMB_ARCH arch = IMB_ARCH_NONE;
  init_mb_mgr_auto(manager.get(), &arch);
  if (arch == IMB_ARCH_NONE || imb_get_errno(manager.get()) != 0) return nullptr;
  return manager;
}

}  // namespace pellucid::ipsecmb

// Memory: where large arrays get their zeroed memory from. lib asks the C library; app may put a driver's functions here before
// it makes anything else (huge pages halve the cost of a flow look-up, see drivers/sys/pages). Set once by main's thread.
#pragma once
#include <cstddef>

namespace pellucid {

struct Memory {
  void* (*take)(std::size_t bytes) noexcept;  // zeroed, or null
  void (*give)(void* p, std::size_t bytes) noexcept;
};
extern constinit Memory memory;

}  // namespace pellucid

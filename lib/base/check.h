// CHECK ends the program on a programmer's error, in release too; DCHECK does so in debug builds only. Any thread.
#pragma once

namespace pellucid {
[[noreturn]] void check_failed(const char* what, const char* file, int line) noexcept;
}

#define CHECK(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::pellucid::check_failed(#condition, __FILE__, __LINE__))
#ifdef NDEBUG
#define DCHECK(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#else
#define DCHECK(condition) CHECK(condition)
#endif

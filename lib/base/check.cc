#include "lib/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace pellucid {

void check_failed(const char* what, const char* file, int line) noexcept {
  std::fprintf(stderr, "pellucid: internal error: CHECK(%s) failed at %s:%d\n", what, file, line);
  std::abort();
}

}  // namespace pellucid

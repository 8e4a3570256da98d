// Log: what DPDK says while this lives; it says why it fails in its log alone. One at a time, on the thread that sets up.
#pragma once
#include <cstdio>
#include <string>

namespace pellucid::dpdk {

class Log {
 public:
  Log();
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  std::string first_line() const;  // of a device: what follows are consequences
  std::string last_line() const;   // of the environment: what came before may have been got over

 private:
  std::string text() const;

  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_;
};

}  // namespace pellucid::dpdk

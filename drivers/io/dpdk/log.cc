#include "drivers/io/dpdk/log.h"

#include <algorithm>
#include <cstdlib>

#include <rte_log.h>

namespace pellucid::dpdk {

namespace {
constexpr std::size_t kMaxLog = 64 * 1024;  // of what is looked at
}

Log::Log() : stream_(open_memstream(&text_, &size_)) {
  if (stream_ != nullptr) rte_openlog_stream(stream_);
}

Log::~Log() {
  rte_openlog_stream(nullptr);
  if (stream_ != nullptr) std::fclose(stream_);
  std::free(text_);
}

std::string Log::text() const {
  if (stream_ == nullptr) return {};
  std::fflush(stream_);
  std::string all(text_, std::min(size_, kMaxLog));
  all.erase(all.find_last_not_of("\r\n") + 1);
  return all;
}

std::string Log::first_line() const {
  const std::string all = text();
  return all.substr(0, all.find_first_of("\r\n"));
}

std::string Log::last_line() const {
  const std::string all = text();
  return all.substr(all.find_last_of("\r\n") + 1);
}

}  // namespace pellucid::dpdk

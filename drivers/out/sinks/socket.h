// Socket: a Target that connects to a Unix stream socket on which somebody listens, and again whenever that ends. Each
// connection begins with a whole line. One thread owns it.
#pragma once
#include <atomic>

#include "lib/export/target.h"

namespace pellucid::sinks {

class Socket final : public exporter::Target {
 public:
  explicit Socket(std::string path) : path_(std::move(path)) {}
  ~Socket() override { close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  Progress write(std::string_view lines) noexcept override;
  std::optional<exporter::Loss> settle(std::uint64_t now_ns) noexcept override;
  void reopen() noexcept override {}  // whoever listens closes its end, if it wants a new connection
  std::string failure() const override { return failure_; }

 private:
  bool open() noexcept;
  void close() noexcept;
  exporter::Loss lose(std::string_view what, int error) noexcept;

  std::string path_;
  std::string failure_;
  int fd_ = -1;
};

}  // namespace pellucid::sinks

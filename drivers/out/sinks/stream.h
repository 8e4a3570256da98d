// Stream: a Target on a descriptor that somebody else has opened: standard output. Whoever reads may be slow or gone; a line
// that was cut goes on where it was cut. One thread owns it.
#pragma once
#include "lib/export/target.h"

namespace pellucid::sinks {

class Stream final : public exporter::Target {
 public:
  explicit Stream(int fd, std::string name = "standard output") : fd_(fd), name_(std::move(name)) {}

  Progress write(std::string_view lines) noexcept override;
  std::optional<exporter::Loss> settle(std::uint64_t now_ns) noexcept override;
  void reopen() noexcept override {}
  std::string failure() const override { return failure_; }

 private:
  int fd_;
  std::string name_;
  std::string failure_;
};

}  // namespace pellucid::sinks

// Fanout: gives each batch of lines to several sinks, each with a queue and a thread of its own, so that one that is slow costs
// its own records and nobody else's. The exporter thread owns it.
#pragma once
#include <vector>

#include "lib/export/outlet.h"
#include "lib/export/sink.h"

namespace pellucid::exporter {

class Fanout final : public Sink {
 public:
  explicit Fanout(std::vector<Outlet*> outlets) : outlets_(std::move(outlets)) {}

  bool write(std::string_view lines) noexcept override {
    for (Outlet* outlet : outlets_) outlet->offer(lines);
    return true;
  }
  bool flush() noexcept override { return true; }  // the sinks' threads write all the time
  bool closed() const noexcept override { return false; }
  std::string failure() const override { return {}; }

 private:
  std::vector<Outlet*> outlets_;
};

}  // namespace pellucid::exporter

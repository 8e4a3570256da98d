// WorldDesk: the Desk of the running daemon: asks ports, lanes and sinks, and puts their answers into plain values. The control
// server's threads call it, one at a time.
#pragma once
#include "app/daemon/desk.h"
#include "app/daemon/parts.h"

namespace pellucid::app {

class WorldDesk final : public Desk {
 public:
  explicit WorldDesk(Parts& parts) : p_(parts) {}

  StatusView status() override;
  std::vector<PortView> ports() override;
  std::vector<WorkerView> workers() override;
  std::vector<SinkView> sinks() override;
  FlowList flows(const FlowFilter& filter) override;
  std::optional<FlowView> flow(std::uint64_t id) override;
  AppList apps(unsigned limit) override;
  std::string metrics_text() override;
  std::string stats_line();
  std::string configuration() const override;
  Health health() const override;

 private:
  void refresh();
  metrics::Daemon figures();
  std::uint64_t uptime_s() const;
  FlowList find_flows(const engine::FlowFilter& wanted, std::size_t limit);
  void add_ports(StatusView& v);
  void add_workers(StatusView& v);

  Parts& p_;
};

}  // namespace pellucid::app

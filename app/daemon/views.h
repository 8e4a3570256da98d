// What the daemon's desk says, as the JSON of the control API: the one place that names its fields. Any thread.
#pragma once
#include <nlohmann/json.hpp>

#include "app/daemon/desk.h"
#include "app/daemon/policies.h"

namespace pellucid::app {

using Json = nlohmann::ordered_json;

inline constexpr int kApiSchema = 1;  // `schema` of every answer; grows when a field goes or changes its meaning

Json json_of(const StatusView& view);
Json json_of(const PortView& view);
Json json_of(const WorkerView& view);
Json json_of(const SinkView& view);
Json json_of(const FlowView& view);
Json json_of(const AppView& view);
Json json_of(const Revision& revision);
Json json_of(const Published& published);
Json json_of(const PolicyChange& change);
Json json_of(const Impact& impact);
Json json_of(const std::optional<Pending>& pending);  // null: none

template <class View>
Json json_of(const std::vector<View>& views) {
  Json list = Json::array();
  for (const View& view : views) list.push_back(json_of(view));
  return list;
}

}  // namespace pellucid::app

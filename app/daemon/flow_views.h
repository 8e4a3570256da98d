// Flows as the control API shows them, made of what a worker's census says, and its filters made of what callers say. Plain
// functions of control threads.
#pragma once
#include "app/daemon/desk.h"
#include "lib/engine/census.h"

namespace pellucid::app {

std::string app_name(const classify::Label& label, const classify::Names& names);  // TLS.Google; empty: not known
FlowView view_of(const engine::FlowLine& line, unsigned worker, const classify::Names& names);
// False: no flow can pass, since there is no such application or level.
bool filter_of(const FlowFilter& filter, const classify::Names& names, engine::FlowFilter& out);

}  // namespace pellucid::app

// Summary: what a replay shows to a person, or as one JSON object to a program. Called by main's thread once all others have
// ended.
#pragma once
#include <cstdio>

#include "app/cli/session.h"

namespace pellucid::app {

void draw_bar(std::FILE* out, std::uint64_t done, std::uint64_t whole);
void write_summary(std::FILE* out, const Plan& plan, const Outcome& outcome, const exporter::Tally& tally,
                   const classify::Names* names);
void write_json(std::FILE* out, const Plan& plan, const Outcome& outcome, const exporter::Tally& tally,
                const classify::Names* names);

}  // namespace pellucid::app

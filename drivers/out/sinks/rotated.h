// Rotated: the names of files that were put aside, and which of them may go. A name is FILE.20261122T130101.123456Z, so names
// sort by time. The thread of the sink calls it.
#pragma once
#include <string>
#include <vector>

namespace pellucid::sinks {

std::string rotated_name(const std::string& path, std::uint64_t wall_ns);
// All files beside `path` that were put aside from it, oldest first. Other names, however alike, are not ours.
std::vector<std::string> rotated_files(const std::string& path);
// Removes the oldest, so that `keep` stay; 0: all stay.
void retire(const std::string& path, unsigned keep) noexcept;

}  // namespace pellucid::sinks

// Guard: what the process gives up before it meets traffic: core dumps, memory on disk, root. Main thread, before other threads
// begin.
#pragma once
#include <string>

namespace pellucid::sys {

void forbid_core_dumps() noexcept;
// Memory never goes to disk; pages are still made only when first used. False: the limit on locked memory is too low, for root
// or for the user that the process will become (which could allocate no more, so then nothing is locked).
bool lock_memory(const std::string& user) noexcept;
// Makes a folder that is not there, for this user (none: for ourselves). One that is there stays as it is. False: one line in
// `problem`.
bool make_folder(const std::string& path, const std::string& user, std::string& problem);
// Becomes this user, with its groups, for good. No user: nothing happens. False: one line in `problem`.
bool become(const std::string& user, std::string& problem);

}  // namespace pellucid::sys

// Exit codes of both programs, as docs/CLI.md promises them.
#pragma once

namespace pellucid::app {

enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2, kDifferent = 3, kInvalid = 4, kInterrupted = 130 };

}  // namespace pellucid::app

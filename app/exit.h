// Exit codes of both programs, as docs/CLI.md promises them.
#pragma once

namespace pellucid::app {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kDifferent = 3,  // a policy would change something; the daemon is not as it should be
  kInvalid = 4,
  kDenied = 5,
  kUnreachable = 6,
  kConflict = 7,
  kBroken = 8,  // the audit log
  kInterrupted = 130
};

}  // namespace pellucid::app

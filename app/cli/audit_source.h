// What the verbs around the audit log read it from: the daemon, or files. Failures are thrown; main's thread.
#pragma once
#include <functional>

#include "app/cli/remote.h"
#include "drivers/crypto/openssl/sign.h"

namespace pellucid::app {

std::uint64_t last_entry(Remote& remote);
// Entries of the daemon's log from one to another, until see() says no.
void each_entry(Remote& remote, std::uint64_t from, std::uint64_t last, const std::function<bool(const std::string&)>& see);
std::string entry_of(Remote& remote, std::uint64_t seq);                                 // empty: there is none
std::unique_ptr<openssl::VerifyingKey> key_of(Remote& remote, const std::string& file);  // empty: the one that the daemon names

void each_entry(const std::string& log, const std::function<bool(const std::string&)>& see);
// Where a log has its keys and leaves: FILE.d of a replay's, else the log's own folder.
std::string folder_of_log(const std::string& log);
// Empty: the one beside the log, if there is one.
std::unique_ptr<openssl::VerifyingKey> key_of_log(const std::string& log, const std::string& file);

}  // namespace pellucid::app

#include "app/cli/log_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "lib/base/secret.h"

namespace pellucid::app {

// False: there is more than may be.
bool LogFile::take(keys::Keylog& log) {
  char block[1 << 16];
  in_.clear();
  while (in_ && taken_ <= kMaxLog) {
    in_.read(block, sizeof block);
    const auto n = static_cast<std::size_t>(in_.gcount());
    taken_ += n;
    std::string text = rest_ + std::string(block, n);
    const std::size_t read = log.read(as_bytes(text));
    wipe(rest_.data(), rest_.size());
    rest_ = text.substr(read);
    wipe(text.data(), text.size());
  }
  wipe(block, sizeof block);
  return taken_ <= kMaxLog;
}

// What cannot be read of a log is counted; a log in which nothing can be read is the wrong file.
bool LogFile::open(keys::Keylog& log, std::string& problem) {
  const keys::Keylog::Stats before = log.stats();
  if (!in_.is_open() || !take(log) || in_.bad()) {
    const bool opened = in_.is_open() && !in_.bad();
    problem = path_ + (opened ? ": longer than " + std::to_string(kMaxLog) + " octets; make it smaller"
                              : ": cannot be read: " + std::string(std::strerror(errno)) +
                                    "; give a key log, as SSLKEYLOGFILE makes it");
    return false;
  }
  // The last line may lack its end for good, or come whole later: then it is taken twice, which does no harm.
  log.read_last(as_bytes(rest_));
  if (log.stats().secrets != before.secrets || log.stats().malformed == before.malformed) return true;
  problem = path_ + ": no line of it is a session's secret; give a key log, as SSLKEYLOGFILE makes it";
  return false;
}

void LogFile::read_on(keys::Keylog& log) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path_, error);  // an error: a pipe, which was read to its end
  if (!error && size > taken_) static_cast<void>(take(log));
}

}  // namespace pellucid::app

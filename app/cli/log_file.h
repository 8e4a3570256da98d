// LogFile: a key log that may grow while it is read, as that of a client whose traffic is just being captured. The keeper's
// thread, or whoever has its mutex.
#pragma once
#include <fstream>
#include <string>

#include "lib/keys/keylog.h"

namespace pellucid::app {

class LogFile {
 public:
  static constexpr std::size_t kMaxLog = 256u << 20;  // octets of a key log

  explicit LogFile(std::string path) : path_(std::move(path)), in_(path_, std::ios::binary) {}

  // Takes what is there into the log. False: `problem` says in one line why this is no key log.
  bool open(keys::Keylog& log, std::string& problem);
  // … whole lines that came since; nothing where none did.
  void read_on(keys::Keylog& log);

 private:
  bool take(keys::Keylog& log);

  std::string path_;
  std::ifstream in_;
  std::size_t taken_ = 0;  // octets
  std::string rest_;       // a line that goes on
};

}  // namespace pellucid::app

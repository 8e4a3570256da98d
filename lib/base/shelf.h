// Shelf: texts that must survive a crash, by name. Abstract: a driver keeps them in a folder. Belongs to the thread that uses
// it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace pellucid {

class Shelf {
 public:
  virtual ~Shelf() = default;
  // All or nothing, also when the machine loses power meanwhile: after true it is there for good. False: one line in `problem`.
  virtual bool write(const std::string& name, std::string_view text, std::string& problem) = 0;
  // At most so many octets. False: one line in `problem`; empty, if there is none of this name.
  virtual bool read(const std::string& name, std::size_t most, std::string& text, std::string& problem) = 0;
  virtual void drop(const std::string& name) = 0;
  virtual std::vector<std::string> names() = 0;  // sorted
};

}  // namespace pellucid

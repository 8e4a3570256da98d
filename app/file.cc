#include "app/file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace pellucid::app {

std::optional<std::string> read_file(const std::string& file, const Wanted& wanted, std::string& problem) {
  std::ifstream in(file, std::ios::binary);
  std::string text;
  char block[1 << 16];
  while (in && text.size() <= wanted.most) {
    in.read(block, sizeof block);
    text.append(block, static_cast<std::size_t>(in.gcount()));
  }
  if (in.eof() && !in.bad() && text.size() <= wanted.most) return text;
  const bool opened = in.is_open() && !in.bad();
  problem = file + (opened ? ": longer than " + std::to_string(wanted.most) + " octets; make it smaller"
                           : ": cannot be read: " + std::string(std::strerror(errno)) + "; give " + wanted.what);
  return std::nullopt;
}

std::string own_binary() {
  std::string problem;
  return read_file("/proc/self/exe", {std::size_t{1} << 30, "a program"}, problem).value_or("");
}

}  // namespace pellucid::app

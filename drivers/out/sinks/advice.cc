#include "drivers/out/sinks/advice.h"

#include <cerrno>
#include <cstring>

namespace pellucid::sinks {
namespace {

std::string_view advice_of(int error) noexcept {
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return "let the daemon's user write there";
    case ENOENT:
    case ENOTDIR:
      return "make the directory, or the socket, that the configuration names";
    case ENOSPC:
    case EDQUOT:
      return "free some space; writing goes on by itself";
    case EFBIG:
      return "set rotate_bytes below the limit on the size of files";
    case EPIPE:
    case ECONNREFUSED:
    case ECONNRESET:
      return "start the program that reads; it is tried again by itself";
    default:
      return "it is tried again by itself";
  }
}

}  // namespace

exporter::Loss trouble_of(int error) noexcept {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return exporter::Loss::disk_full;
    case EPIPE:
    case ECONNREFUSED:
    case ECONNRESET:
    case ENOTCONN:
      return exporter::Loss::disconnected;
    default:
      return exporter::Loss::io;
  }
}

std::string sentence(std::string_view what, std::string_view where, int error) {
  std::string line = "cannot ";
  line.append(what).append(" ").append(where).append(": ").append(std::strerror(error));
  return line.append("; ").append(advice_of(error));
}

}  // namespace pellucid::sinks

#include "app/roots.h"

#include "app/file.h"

namespace pellucid::app {

bool add_roots(openssl::Trust& trust, const std::string& file, std::string& problem) {
  if (file.empty()) return true;
  const auto text = read_file(file, {kMaxRootsFile, "certificates in PEM"}, problem);
  if (!text) return false;
  if (trust.add_roots(*text, problem)) return true;
  problem = file + ": " + problem;
  return false;
}

}  // namespace pellucid::app

#include "drivers/out/sinks/rotated.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include <unistd.h>

namespace pellucid::sinks {
namespace {

bool has_shape(std::string_view stamp) noexcept {
  constexpr std::string_view shape = "ddddddddTdddddd.ddddddZ";
  return stamp.size() == shape.size() && std::equal(stamp.begin(), stamp.end(), shape.begin(),
                                                    [](char c, char s) { return s == 'd' ? c >= '0' && c <= '9' : c == s; });
}

}  // namespace

std::string rotated_name(const std::string& path, std::uint64_t wall_ns) {
  const auto seconds = static_cast<std::time_t>(wall_ns / 1'000'000'000);
  tm utc{};
  gmtime_r(&seconds, &utc);
  char stamp[40];
  const std::size_t n = std::strftime(stamp, sizeof stamp, ".%Y%m%dT%H%M%S", &utc);
  std::snprintf(stamp + n, sizeof stamp - n, ".%06uZ", static_cast<unsigned>(wall_ns / 1000 % 1'000'000));
  return path + stamp;
}

std::vector<std::string> rotated_files(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path whole(path);
  const std::string prefix = whole.filename().string() + ".";
  std::vector<std::string> found;
  std::error_code error;
  fs::directory_iterator entries(whole.has_parent_path() ? whole.parent_path() : fs::path("."), error);
  for (; !error && entries != fs::directory_iterator{}; entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (name.starts_with(prefix) && has_shape(std::string_view(name).substr(prefix.size())))
      found.push_back(entries->path().string());
  }
  std::ranges::sort(found);
  return found;
}

void retire(const std::string& path, unsigned keep) noexcept {
  if (keep == 0) return;
  const std::vector<std::string> files = rotated_files(path);
  for (std::size_t i = 0; i + keep < files.size(); ++i) static_cast<void>(::unlink(files[i].c_str()));
}

}  // namespace pellucid::sinks

#include "app/daemon/retention.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace pellucid::app {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kBetween = 5;  // seconds between two looks

std::int64_t written_s(const fs::directory_entry& file, std::error_code& error) {
  const auto at = std::chrono::file_clock::to_sys(file.last_write_time(error));
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

// Empty: it stays.
std::string why_not_kept(const keys::Grant& grant, std::int64_t written, std::int64_t now_s) {
  if (grant.retention_s != 0 && written + grant.retention_s <= now_s) return "retention";
  return grant.process_until_s != 0 && grant.process_until_s <= now_s ? "process_until" : "";
}

}  // namespace

std::string grant_of_delivery(const std::string& file) {
  const std::size_t end = file.find(".pcapng");
  const std::string_view tail = end == std::string::npos ? std::string_view{} : std::string_view(file).substr(end);
  const std::size_t dash = file.rfind('-', end);
  if ((tail != ".pcapng" && tail != ".pcapng.p7m") || dash == std::string::npos || dash + 1 == end) return {};
  const std::string_view number = std::string_view(file).substr(dash + 1, end - dash - 1);
  const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? file.substr(0, dash) : std::string();
}

void Retention::tick(std::int64_t now_s) {
  if (now_s - looked_s_ < kBetween && now_s >= looked_s_) return;
  looked_s_ = now_s;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    const std::string file = entry.path().filename().string(), id = grant_of_delivery(file);
    const std::optional<GrantView> grant = id.empty() || !entry.is_regular_file(error) ? std::nullopt : grants_.find(id);
    if (!grant || !grant->opened) continue;
    const std::string why = why_not_kept(grant->opened->grant, written_s(entry, error), now_s);
    if (why.empty() || error) continue;
    const bool gone = fs::remove(entry.path(), error) && !error;
    if (gone || refused_.insert(file).second) {
      audit_.note(
          {"pellucidd", "", "delivery_delete", "file " + file, gone ? "done" : "refused", gone ? why : error.message()});
    }
  }
}

}  // namespace pellucid::app

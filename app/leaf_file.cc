#include "app/leaf_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace pellucid::app {

std::unique_ptr<LeafFile> LeafFile::open(const std::string& folder, std::string& problem) {
  std::unique_ptr<LeafFile> file(new LeafFile(folder));
  return file->begin(problem) ? std::move(file) : nullptr;
}

bool LeafFile::begin(std::string& problem) {
  ledger_ = sys::Ledger::open(
      folder_ + kName, [](std::string_view) { return true; }, problem);
  return ledger_ != nullptr;
}

bool LeafFile::begin_anew(std::string& problem) {
  std::error_code error;
  std::filesystem::rename(folder_ + kName, folder_ + kOldName, error);
  if (error) problem = folder_ + kName + ": cannot be renamed: " + error.message();
  return !error && begin(problem);
}

bool LeafFile::append(std::uint64_t seq, const std::vector<audit::Hash>& leaves, std::string& problem) {
  if (ledger_->bytes() >= kMostBytes && !begin_anew(problem)) return false;
  for (std::size_t at = 0; at < leaves.size(); at += audit::kMaxLineLeaves) {
    const auto from = leaves.begin() + static_cast<std::ptrdiff_t>(at);
    const auto n = static_cast<std::ptrdiff_t>(std::min(audit::kMaxLineLeaves, leaves.size() - at));
    if (!ledger_->append(audit::write_leaves({seq, at, {from, from + n}}), problem)) return false;
  }
  return true;
}

std::optional<audit::LeafSearch::Found> LeafFile::find(const std::string& folder, const audit::Hash& leaf) {
  for (const char* name : {kName, kOldName}) {
    std::ifstream in(folder + name, std::ios::binary);
    audit::LeafSearch search(leaf);
    for (std::string line; std::getline(in, line);) search.take(line);
    if (auto found = search.end()) return found;
  }
  return {};
}

}  // namespace pellucid::app

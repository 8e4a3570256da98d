#include "app/cli/audit_source.h"

#include <filesystem>
#include <fstream>

#include "app/file.h"

namespace pellucid::app {

namespace {

constexpr std::uint64_t kPage = 500;  // entries of one answer
constexpr std::size_t kMaxKey = 4096;

std::string path_of(std::uint64_t from, std::uint64_t limit) {
  return "/v1/audit?from=" + std::to_string(from) + "&limit=" + std::to_string(limit);
}

std::unique_ptr<openssl::VerifyingKey> read_key(const std::string& pem, const std::string& from) {
  std::string problem;
  auto key = openssl::VerifyingKey::read(pem, problem);
  if (key == nullptr) throw failure_of(kInvalid, "invalid_key", from + ": " + problem);
  return key;
}

std::unique_ptr<openssl::VerifyingKey> read_key_file(const std::string& file) {
  std::string problem;
  const auto text = read_file(file, {kMaxKey, "a public key in PEM"}, problem);
  if (!text) throw failure_of(kInvalid, "unreadable", problem);
  return read_key(*text, file);
}

}  // namespace

std::uint64_t last_entry(Remote& remote) { return remote.get(path_of(1, 1)).at("last").get<std::uint64_t>(); }

void each_entry(Remote& remote, std::uint64_t from, std::uint64_t last, const std::function<bool(const std::string&)>& see) {
  for (std::uint64_t next = from; next <= last;) {
    const Json page = remote.get(path_of(next, std::min(kPage, last - next + 1)));
    const auto entries = page.at("entries").get<std::vector<std::string>>();
    if (entries.empty()) return;
    for (const std::string& entry : entries) {
      if (next++ <= last && !see(entry)) return;
    }
  }
}

std::string entry_of(Remote& remote, std::uint64_t seq) {
  const Json page = remote.get(path_of(seq, 1));
  const auto entries = page.at("entries").get<std::vector<std::string>>();
  return entries.empty() ? std::string() : entries[0];
}

std::unique_ptr<openssl::VerifyingKey> key_of(Remote& remote, const std::string& file) {
  return file.empty() ? read_key(remote.get("/v1/audit/key").at("public_key"), "the daemon's key") : read_key_file(file);
}

void each_entry(const std::string& log, const std::function<bool(const std::string&)>& see) {
  std::ifstream in(log, std::ios::binary);
  if (!in) throw failure_of(kInvalid, "unreadable", log + ": cannot be opened", "");
  for (std::string line; std::getline(in, line);) {
    if (!see(line)) return;
  }
  if (in.bad()) throw failure_of(kFailed, "unreadable", log + ": cannot be read to its end", "");
}

std::string folder_of_log(const std::string& log) {
  std::error_code error;
  if (std::filesystem::is_directory(log + ".d", error)) return log + ".d";
  const std::string parent = std::filesystem::path(log).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::unique_ptr<openssl::VerifyingKey> key_of_log(const std::string& log, const std::string& file) {
  if (!file.empty()) return read_key_file(file);
  const std::string beside = folder_of_log(log) + "/public.pem";
  std::error_code error;
  if (!std::filesystem::is_regular_file(beside, error)) {
    throw failure_of(kUsage, "usage", "a file is verified by the public key of the appliance that wrote it", "give --key FILE");
  }
  return read_key_file(beside);
}

}  // namespace pellucid::app

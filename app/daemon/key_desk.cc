#include "app/daemon/key_desk.h"

#include "drivers/keys/file/read.h"

namespace pellucid::app {

namespace {

constexpr const char* kSelf = "pellucidd";

}  // namespace

KeyDesk::KeyDesk(const std::string& folder, AuditLog& audit, Clock clock) : audit_(audit), clock_(clock) {
  if (!folder.empty()) folder_.emplace(folder);
}

// Who brought or took which keys, by their ids: never a key, nor a digest of a file that holds one.
void KeyDesk::note(const std::string& who, const char* action, const std::vector<keys::KeyView>& keys, const std::string& why) {
  for (const keys::KeyView& key : keys) {
    audit_.note({who, who == kSelf ? "" : "keys", action, "key " + key.id, "done", why.empty() ? key.file : why});
  }
}

std::string KeyDesk::put(keys::FoundKey key, const std::string& file, std::vector<keys::KeyView>& came) {
  std::string id;
  switch (vault_.add(std::move(key), file, now(), id)) {
    case keys::Vault::Added::done:
      break;
    case keys::Vault::Added::known:
      if (vault_.find(id)->file == file) return {};
      return "the key " + id + " is there already, from " + vault_.find(id)->file + "; nothing is to be done";
    case keys::Vault::Added::full:
      return "there are " + std::to_string(keys::Vault::kMaxKeys) + " keys already; zeroise those that are not needed any more";
    case keys::Vault::Added::expired:
      return "the key " + id + " is not to be used any more; give the one that follows it";
  }
  const keys::KeyView view = *vault_.find(id);
  came.push_back(view);
  if (!view.twin.empty()) came.push_back(*vault_.find(view.twin));
  return {};
}

// Empty, or why none of its keys, or not all of them, came.
std::string KeyDesk::take(const Upload& upload, std::int64_t made_s, std::vector<keys::KeyView>& came) {
  std::vector<keys::FoundKey> found;
  std::string problem;
  const bool good = keys::read_key_file(upload.text, maker_, found, problem);
  wipe(upload.text);
  if (!good) return upload.file + ": " + problem;
  std::string first;
  for (keys::FoundKey& key : found) {
    key.made_s = made_s;
    const std::string why = put(std::move(key), upload.file, came);
    if (first.empty() && !why.empty()) first = upload.file + ": " + why;
  }
  return first;
}

KeyDesk::Result KeyDesk::import_text(const Upload& upload, const std::string& who) {
  const std::scoped_lock lock(mutex_);
  Result out;
  out.problem = take(upload, 0, out.keys);
  if (out.problem.empty() && out.keys.empty())
    out.problem = upload.file + ": its keys are there already; nothing is to be done";
  note(who, "key_import", out.keys, {});
  if (!out.problem.empty()) audit_.note({who, "keys", "key_import", "file " + upload.file, "refused", out.problem});
  return out;
}

KeyDesk::Result KeyDesk::zeroise(const std::string& id, const std::string& who) {
  const std::scoped_lock lock(mutex_);
  Result out{{}, vault_.zeroise(id)};
  if (out.keys.empty()) out.problem = "there is no key " + id + "; see key list";
  note(who, "key_zeroise", out.keys, {});
  return out;
}

KeyDesk::Result KeyDesk::zeroise_all(const std::string& who) {
  const std::scoped_lock lock(mutex_);
  Result out{{}, vault_.zeroise_all()};
  note(who, "key_zeroise", out.keys, {});
  return out;
}

std::vector<keys::KeyView> KeyDesk::list() const {
  const std::scoped_lock lock(mutex_);
  return vault_.list();
}

std::vector<std::string> KeyDesk::problems() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> out;
  if (!folder_problem_.empty()) out.push_back("keys are not looked for: " + folder_problem_);
  for (const auto& [path, why] : refused_) out.push_back("a key file is not used: " + why);
  return out;
}

void KeyDesk::tick() {
  const std::scoped_lock lock(mutex_);
  note(kSelf, "key_expire", vault_.expire(now()), {});
  if (folder_) look();
}

void KeyDesk::look() {
  const keyfiles::Folder::News news = folder_->look();
  folder_problem_ = news.problem;
  for (const std::string& path : news.gone) {
    note(kSelf, "key_zeroise", vault_.zeroise_file(path), path + " is gone or was changed");
    refused_.erase(path);
  }
  for (const std::string& path : news.come) take_file(path);
  if (news.gone.empty()) return;
  for (const auto& [path, why] : refused_) folder_->forget(path);  // its key may have stood in a file that is gone
}

void KeyDesk::take_file(const std::string& path) {
  std::vector<keys::KeyView> came;
  std::string problem;
  {
    keyfiles::Text text;
    if (keyfiles::read_private(path, text, problem)) problem = take({text.bytes(), path}, text.changed_s(), came);
  }
  note(kSelf, "key_import", came, {});
  if (problem.empty()) {
    refused_.erase(path);
    return;
  }
  if (refused_[path] == problem) return;  // it was said before
  refused_[path] = problem;
  audit_.note({kSelf, "", "key_import", "file " + path, "refused", problem});
}

}  // namespace pellucid::app

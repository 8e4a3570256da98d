#include "app/daemon/key_routes.h"

#include <algorithm>

#include "app/daemon/ask.h"
#include "app/problem.h"
#include "lib/keys/key_file.h"

namespace pellucid::app {

namespace {

using engine::Reply;

const char* kind_of(const keys::KeyView& key) {
  if (key.is_rsa()) return "rsa";
  const auto* const at = std::ranges::find(crypto::kGroups, key.group);
  return crypto::kGroupLabels[static_cast<std::size_t>(at - crypto::kGroups)].data();
}

Json moment_or_null(std::int64_t seconds) { return seconds == 0 ? Json(nullptr) : Json(seconds); }

Json json_of(const keys::KeyView& key) {
  return {{"id", key.id},
          {"kind", kind_of(key)},
          {"bits", key.is_rsa() ? Json(key.bits) : Json(nullptr)},
          {"file", key.file},
          {"visibility", key.is_rsa() ? Json(nullptr) : Json(keys::hex_of(key.prints.visibility))},
          {"public_key", keys::hex_of(key.prints.public_key)},
          {"twin", key.twin.empty() ? Json(nullptr) : Json(key.twin)},
          {"not_before", moment_or_null(key.not_before_s)},
          {"not_after", moment_or_null(key.not_after_s)},
          {"added", key.added_s}};
}

Json json_of(const std::vector<keys::KeyView>& keys) {
  Json list = Json::array();
  for (const keys::KeyView& key : keys) list.push_back(json_of(key));
  return list;
}

}  // namespace

Reply list_keys(Ask& a) { return reply_of(Json{{"keys", json_of(a.keys.list())}, {"problems", a.keys.problems()}}); }

Reply import_keys(Ask& a) {
  const Body body(a, {"text", "file"});
  std::string text = body.text("text", 2 * keys::kMaxKeyFile);
  std::string file = body.text("file", 1024);
  if (file.empty()) file = "the file";
  const KeyDesk::Result done =
      a.keys.import_text({MutBytes(reinterpret_cast<std::uint8_t*>(text.data()), text.size()), file}, a.request.caller.name);
  if (!done.problem.empty()) {
    const Problem p = split_problem(done.problem);
    Refusal refusal{422, "invalid_key", p.reason, p.remedy, Json::object()};
    if (!p.file.empty()) refusal.more["file"] = p.file;
    throw refusal;
  }
  return reply_of(Json{{"keys", json_of(done.keys)}});
}

Reply zeroise_keys(Ask& a) { return reply_of(Json{{"keys", json_of(a.keys.zeroise_all(a.request.caller.name).keys)}}); }

Reply zeroise_key(Ask& a) {
  const KeyDesk::Result done = a.keys.zeroise(a.item, a.request.caller.name);
  if (done.keys.empty()) throw Refusal{404, "not_found", "there is no key " + a.item, "see key list", Json::object()};
  return reply_of(Json{{"keys", json_of(done.keys)}});
}

}  // namespace pellucid::app

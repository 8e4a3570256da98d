#include "lib/audit/line.h"

#include "lib/audit/reader.h"
#include "lib/export/json.h"
#include "lib/export/text.h"

namespace pellucid::audit {
namespace {

using exporter::Json;

constexpr std::string_view kSessionsAction = "sessions_opened";
constexpr std::string_view kCheckpointAction = "checkpoint";
constexpr std::string_view kDone = "done";
constexpr std::string_view kSignatureKey = ",\"signature\":\"";

void put_hash(Json& json, std::string_view name, const Hash& hash) {
  json.made(name, [&](std::string& out) { exporter::write_hex(out, hash); });
}

std::string begin(const Stamp& stamp, const Event& event) {
  std::string out;
  Json json(out);
  json.open_object();
  json.number("seq", stamp.seq);
  json.made("time", [&](std::string& text) { exporter::write_time(text, stamp.time_ns); });
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"boot_id", stamp.boot_id}, {"actor", event.actor},   {"role", event.role},    {"action", event.action},
      {"object", event.object},   {"result", event.result}, {"reason", event.reason}};
  for (const auto& [name, text] : texts) json.text(name, text.substr(0, kMaxField));
  put_hash(json, "prev", stamp.prev);
  return out;
}

void read_sessions(Reader& in, Line& line) {
  line.kind = Kind::sessions;
  in.expect(",");
  in.hex("root", line.sessions.root);
  in.expect(",");
  line.sessions.count = in.number("count");
  in.expect(",");
  line.from = in.text("from");
  in.expect(",");
  line.until = in.text("until");
}

void read_checkpoint(Reader& in, Line& line, std::string_view text) {
  line.kind = Kind::checkpoint;
  in.expect(",");
  in.hex("authorities", line.checkpoint.authorities);
  in.expect(",");
  line.checkpoint.grants = in.number("grants");
  in.expect(",");
  in.hex("key", line.checkpoint.key);
  line.signed_text = text.substr(0, text.size() - in.left());
  in.expect(",");
  in.hex("signature", line.signature);
}

}  // namespace

std::string write_event(const Stamp& stamp, const Event& event) { return begin(stamp, event) + '}'; }

std::string write_sessions(const Stamp& stamp, const Sessions& sessions) {
  std::string out = begin(stamp, {stamp.self, "", kSessionsAction, "", kDone, ""});
  out += ",\"root\":\"";
  exporter::write_hex(out, sessions.root);
  out += "\",\"count\":" + std::to_string(sessions.count) + ",\"from\":\"";
  exporter::write_time(out, sessions.from_ns);
  out += "\",\"until\":\"";
  exporter::write_time(out, sessions.until_ns);
  out += "\"}";
  return out;
}

std::string write_checkpoint(const Stamp& stamp, const Checkpoint& checkpoint) {
  std::string out = begin(stamp, {stamp.self, "", kCheckpointAction, "", kDone, ""});
  out += ",\"authorities\":\"";
  exporter::write_hex(out, checkpoint.authorities);
  out += "\",\"grants\":" + std::to_string(checkpoint.grants) + ",\"key\":\"";
  exporter::write_hex(out, checkpoint.key);
  out += '"';
  return out;
}

void seal(std::string& checkpoint, Bytes signature) {
  checkpoint += kSignatureKey;
  exporter::write_hex(checkpoint, signature);
  checkpoint += "\"}";
}

bool read_line(std::string_view text, Line& line) {
  if (text.size() > kMaxLine) return false;
  line = Line{};
  Reader in(text);
  in.expect("{");
  line.seq = in.number("seq");
  const std::pair<std::string_view, std::string_view*> texts[] = {
      {"time", &line.time},     {"boot_id", &line.boot_id}, {"actor", &line.actor},   {"role", &line.role},
      {"action", &line.action}, {"object", &line.object},   {"result", &line.result}, {"reason", &line.reason}};
  for (const auto& [name, to] : texts) {
    in.expect(",");
    *to = in.text(name);
  }
  in.expect(",");
  in.hex("prev", line.prev);
  if (in.ok() && line.action == kSessionsAction) read_sessions(in, line);
  if (in.ok() && line.action == kCheckpointAction) read_checkpoint(in, line, text);
  in.expect("}");
  return in.done();
}

bool read_hash(std::string_view hex, Hash& hash) {
  Reader in(hex);
  in.read_hex(hex, hash);
  return in.ok();
}

Hash hash_of(const crypto::Digests& digests, std::string_view line) noexcept {
  std::uint8_t out[32];
  digests.sha256(as_bytes(line), out);
  return std::to_array(out);
}

}  // namespace pellucid::audit

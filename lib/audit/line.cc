#include "lib/audit/line.h"

#include <algorithm>
#include <charconv>

#include "lib/export/json.h"
#include "lib/export/text.h"

namespace pellucid::audit {
namespace {

using exporter::Json;

constexpr std::string_view kSessionsAction = "sessions_opened";
constexpr std::string_view kCheckpointAction = "checkpoint";
constexpr std::string_view kSelf = "pellucidd";
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

// Reads the fields one by one, as write_… wrote them.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void expect(std::string_view text) {
    if (ok_ && rest_.starts_with(text)) {
      rest_.remove_prefix(text.size());
    } else {
      ok_ = false;
    }
  }
  void key(std::string_view name) {
    expect("\"");
    expect(name);
    expect("\":");
  }
  std::uint64_t number(std::string_view name) {
    key(name);
    std::uint64_t value = 0;
    const auto read = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const auto size = static_cast<std::size_t>(read.ptr - rest_.data());
    ok_ = ok_ && read.ec == std::errc{} && (rest_[0] != '0' || size == 1);
    if (ok_) rest_.remove_prefix(size);
    return value;
  }
  // Up to the quote that ends it; escapes stay as they are.
  std::string_view text(std::string_view name) {
    key(name);
    expect("\"");
    std::size_t end = 0;
    while (ok_ && end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (!ok_ || end >= rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view found = rest_.substr(0, end);
    ok_ = std::ranges::none_of(found, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    rest_.remove_prefix(end + 1);
    return found;
  }
  void hex(std::string_view name, MutBytes out) {
    const std::string_view digits = text(name);
    ok_ = ok_ && digits.size() == 2 * out.size();
    for (std::size_t i = 0; ok_ && i < out.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]));
    }
  }
  std::size_t left() const { return rest_.size(); }
  bool done() const { return ok_ && rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  unsigned digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    ok_ = false;
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

void read_sessions(Reader& in, Line& line) {
  line.kind = Kind::sessions;
  in.expect(",");
  in.hex("root", line.sessions.root);
  in.expect(",");
  line.sessions.count = in.number("count");
}

void read_checkpoint(Reader& in, Line& line, std::string_view text) {
  line.kind = Kind::checkpoint;
  in.expect(",");
  in.hex("authorities", line.checkpoint.authorities);
  in.expect(",");
  in.hex("key", line.checkpoint.key);
  line.signed_text = text.substr(0, text.size() - in.left());
  in.expect(",");
  in.hex("signature", line.signature);
}

}  // namespace

std::string write_event(const Stamp& stamp, const Event& event) { return begin(stamp, event) + '}'; }

std::string write_sessions(const Stamp& stamp, const Sessions& sessions) {
  std::string out = begin(stamp, {kSelf, "", kSessionsAction, "", kDone, ""});
  out += ",\"root\":\"";
  exporter::write_hex(out, sessions.root);
  out += "\",\"count\":" + std::to_string(sessions.count) + '}';
  return out;
}

std::string write_checkpoint(const Stamp& stamp, const Checkpoint& checkpoint) {
  std::string out = begin(stamp, {kSelf, "", kCheckpointAction, "", kDone, ""});
  out += ",\"authorities\":\"";
  exporter::write_hex(out, checkpoint.authorities);
  out += "\",\"key\":\"";
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

Hash hash_of(const crypto::Digests& digests, std::string_view line) noexcept {
  std::uint8_t out[32];
  digests.sha256(as_bytes(line), out);
  return std::to_array(out);
}

}  // namespace pellucid::audit

#include "lib/keys/keylog.h"

#include <algorithm>

namespace pellucid::keys {
namespace {

struct Label {
  std::string_view text;
  Logged which;
  LogId::Kind kind;
};
constexpr std::array kLabels{
    Label{"CLIENT_RANDOM", Logged::master, LogId::Kind::client_random},
    Label{"PMS_CLIENT_RANDOM", Logged::premaster, LogId::Kind::client_random},
    Label{"RSA", Logged::premaster, LogId::Kind::encrypted_premaster},
    Label{"CLIENT_EARLY_TRAFFIC_SECRET", Logged::client_early, LogId::Kind::client_random},
    Label{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", Logged::client_handshake, LogId::Kind::client_random},
    Label{"SERVER_HANDSHAKE_TRAFFIC_SECRET", Logged::server_handshake, LogId::Kind::client_random},
    Label{"CLIENT_TRAFFIC_SECRET_0", Logged::client_application, LogId::Kind::client_random},
    Label{"SERVER_TRAFFIC_SECRET_0", Logged::server_application, LogId::Kind::client_random},
};
constexpr std::string_view kSessionId = "Session-ID:";  // RSA Session-ID:… Master-Key:…
constexpr std::string_view kMasterKey = "Master-Key:";
constexpr std::size_t kEncryptedPremaster = 8;

std::string_view next_word(std::string_view& line) noexcept {
  const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  line.remove_prefix(begin);
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

int digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Gives how many octets those are; 0: no hexadecimal number, or one that does not fit.
std::size_t read_hex(std::string_view hex, MutBytes out) noexcept {
  if (hex.size() % 2 != 0 || hex.size() / 2 > out.size()) return 0;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return 0;
    out[i / 2] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return hex.size() / 2;
}

bool read_id(LogId::Kind kind, std::string_view hex, LogId& id) noexcept {
  id.kind = kind;
  id.size = static_cast<std::uint8_t>(read_hex(hex, id.bytes));
  switch (kind) {
    case LogId::Kind::client_random:
      return id.size == LogId::kMaxBytes;
    case LogId::Kind::encrypted_premaster:
      return id.size == kEncryptedPremaster;
    case LogId::Kind::session_id:
      return id.size != 0;
  }
  return false;
}

}  // namespace

LogId LogId::of(Kind kind, Bytes bytes) noexcept {
  LogId id;
  id.kind = kind;
  id.size =
      static_cast<std::uint8_t>(std::min(bytes.size(), kind == Kind::encrypted_premaster ? kEncryptedPremaster : kMaxBytes));
  std::copy_n(bytes.begin(), id.size, id.bytes.begin());
  return id;
}

std::size_t Keylog::read(Bytes text) {
  std::size_t done = 0;
  for (;;) {
    const std::string_view rest = as_text(text.subspan(done));
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) return done;
    read_line(rest.substr(0, end));
    done += end + 1;
  }
}

void Keylog::read_last(Bytes line) {
  if (!line.empty()) read_line(as_text(line));
}

void Keylog::read_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > kMaxLine) {
    ++stats_.malformed;
    return;
  }
  const std::string_view word = next_word(line);
  if (word.empty() || word.starts_with('#')) return;
  const auto label = std::ranges::find(kLabels, word, &Label::text);
  if (label == kLabels.end()) {
    ++stats_.unknown;
    return;
  }
  std::string_view first = next_word(line);
  std::string_view second = next_word(line);
  LogId::Kind kind = label->kind;
  Logged which = label->which;
  if (kind == LogId::Kind::encrypted_premaster && first.starts_with(kSessionId) && second.starts_with(kMasterKey)) {
    first.remove_prefix(kSessionId.size());
    second.remove_prefix(kMasterKey.size());
    kind = LogId::Kind::session_id;
    which = Logged::master;
  }
  LogId id;
  if (!next_word(line).empty() || !read_id(kind, first, id)) {
    ++stats_.malformed;
    return;
  }
  keep(id, which, second);
}

// The first secret that a log gives of a kind stays: a later one of the same session is the same, or wrong.
void Keylog::keep(const LogId& id, Logged which, std::string_view hex) {
  Secret<kMaxSecret> secret;
  const std::size_t size = read_hex(hex, secret.bytes());
  if (size == 0) {
    ++stats_.malformed;
    return;
  }
  const auto known = sessions_.find(id);
  if (known == sessions_.end() && sessions_.size() >= kMaxSessions) {
    ++stats_.refused;
    return;
  }
  Session& session = known != sessions_.end() ? known->second : sessions_[id];
  const auto i = static_cast<std::size_t>(which);
  if (session.size[i] == 0) {
    std::ranges::copy(secret.bytes().first(size), session.secret[i].bytes().begin());
    session.size[i] = static_cast<std::uint8_t>(size);
  }
  ++stats_.secrets;
}

Bytes Keylog::find(const LogId& id, Logged which) const noexcept {
  const auto at = sessions_.find(id);
  if (at == sessions_.end()) return {};
  const auto i = static_cast<std::size_t>(which);
  return at->second.secret[i].bytes().first(at->second.size[i]);
}

}  // namespace pellucid::keys

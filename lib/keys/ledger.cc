#include "lib/keys/ledger.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace pellucid::keys {

namespace {

constexpr std::string_view kFirst = "pellucid-ledger 1";
constexpr std::string_view kLast = "end";

void add(std::string& out, std::string_view word) {
  out += ' ';
  out += word;
}
void add(std::string& out, std::uint64_t number) { add(out, std::to_string(number)); }

// The words of one line, taken from its front; it fails for good.
class Words {
 public:
  explicit Words(std::string_view line) : left_(line) {}
  std::string_view word() {
    const std::size_t end = std::min(left_.find(' '), left_.size());
    const std::string_view out = left_.substr(0, end);
    good_ = good_ && !out.empty();
    left_.remove_prefix(std::min(end + 1, left_.size()));
    return out;
  }
  std::uint64_t number() {
    const std::string_view w = word();
    std::uint64_t v = 0;
    const auto [end, error] = std::from_chars(w.data(), w.data() + w.size(), v);
    good_ = good_ && error == std::errc{} && end == w.data() + w.size();
    return v;
  }
  std::int64_t seconds() {
    const std::uint64_t v = number();
    good_ = good_ && v <= static_cast<std::uint64_t>(INT64_MAX);
    return good_ ? static_cast<std::int64_t>(v) : 0;
  }
  std::string_view rest() { return std::exchange(left_, {}); }
  bool done() const { return good_ && left_.empty(); }

 private:
  std::string_view left_;
  bool good_ = true;
};

bool good_digest(std::string_view digest) noexcept {
  return digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}
bool good_why(std::string_view why) noexcept { return why.size() <= kMaxWhy; }

bool read_head(Words& w, Ledger& l) {
  l.writes = w.number();
  l.latest_s = w.seconds();
  l.generation = w.number();
  l.set = w.word();
  if (l.set == "-") l.set.clear();
  return w.done() && (l.set.empty() || good_digest(l.set));
}

bool read_entry(Words& w, Ledger& l) {
  Entry e;
  e.id = w.word();
  e.digest = w.word();
  e.not_after_s = w.seconds();
  e.given.sessions = w.number();
  e.given.bytes = w.number();
  e.revocation.when_s = w.seconds();
  e.revocation.why = w.rest();
  const bool ascends = l.grants.empty() || l.grants.back().id < e.id;
  if (!w.done() || !ascends || !good_id(e.id) || !good_digest(e.digest) || !good_why(e.revocation.why)) return false;
  l.grants.push_back(std::move(e));
  return l.grants.size() <= kMaxGrants;
}

bool read_revoked(Words& w, Ledger& l) {
  std::string id(w.word());
  Revocation r;
  r.when_s = w.seconds();
  r.why = w.rest();
  if (!w.done() || r.when_s == 0 || !good_id(id) || !good_why(r.why)) return false;
  l.revoked.emplace_back(std::move(id), std::move(r));
  return l.revoked.size() <= kMaxRevoked;
}

}  // namespace

bool good_id(std::string_view id) noexcept {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= 64 && id[0] != '.' && id[0] != '_' && id[0] != '-' &&
         std::all_of(id.begin(), id.end(), plain);
}
std::string write_ledger(const Ledger& l) {
  std::string out(kFirst);
  out += "\nhead";
  add(out, l.writes);
  add(out, static_cast<std::uint64_t>(l.latest_s));
  add(out, l.generation);
  add(out, l.set.empty() ? std::string_view("-") : std::string_view(l.set));
  for (const Entry& e : l.grants) {
    out += "\ngrant";
    add(out, e.id);
    add(out, e.digest);
    add(out, static_cast<std::uint64_t>(e.not_after_s));
    add(out, e.given.sessions);
    add(out, e.given.bytes);
    add(out, static_cast<std::uint64_t>(e.revocation.when_s));
    add(out, e.revocation.why);
  }
  for (const auto& [id, r] : l.revoked) {
    out += "\nrevoked";
    add(out, id);
    add(out, static_cast<std::uint64_t>(r.when_s));
    add(out, r.why);
  }
  return out + '\n' + std::string(kLast) + '\n';
}

bool read_ledger(std::string_view text, Ledger& ledger) {
  Ledger out;
  std::size_t lines = 0;
  bool ended = false;
  while (!text.empty() && !ended) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    ++lines;
    Words w(line);
    if (lines == 1) {
      if (line != kFirst) return false;
    } else if (lines == 2) {
      if (w.word() != "head" || !read_head(w, out)) return false;
    } else if (line == kLast) {
      ended = true;
    } else {
      const std::string_view what = w.word();
      const bool good = what == "grant" ? read_entry(w, out) : what == "revoked" && read_revoked(w, out);
      if (!good) return false;
    }
  }
  if (!ended || !text.empty()) return false;
  ledger = std::move(out);
  return true;
}

}  // namespace pellucid::keys

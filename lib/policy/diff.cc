#include "lib/policy/diff.h"

#include <algorithm>
#include <unordered_map>

#include "lib/policy/words.h"

namespace pellucid::policy {

namespace {

constexpr std::size_t kShown = 8;  // words of a list that a line names; the rest is counted

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < kShown; ++i) out += (i == 0 ? "" : ", ") + words[i];
  if (words.size() > kShown) out += " and " + std::to_string(words.size() - kShown) + " more";
  return out;
}

std::vector<std::string> without(const std::vector<std::string>& words, const std::vector<std::string>& others) {
  std::vector<std::string> out;
  std::set_difference(words.begin(), words.end(), others.begin(), others.end(), std::back_inserter(out));
  return out;
}

class Comparison {
 public:
  Comparison(const classify::Names* names, std::vector<Difference>& out) : names_(names), out_(out) {}

  void outcome(const std::string& where, const Rule& before, const Rule& after) {
    if (before.level != after.level)
      changed(where + ".level", std::string(label(before.level)), std::string(label(after.level)));
    if (before.sample != after.sample) {
      const auto text = [](std::uint32_t n) { return n == 1 ? std::string() : std::to_string(n); };
      changed(where + ".sample", text(before.sample), text(after.sample));
    }
    if (before.wish.depth != after.wish.depth) {
      changed(where + ".decrypt.depth", std::string(label(before.wish.depth)), std::string(label(after.wish.depth)));
    }
    if (before.wish.open_handshake != after.wish.open_handshake) {
      const auto text = [](bool says) { return says ? std::string("true") : std::string(); };
      changed(where + ".open_handshake", text(before.wish.open_handshake), text(after.wish.open_handshake));
    }
    const auto& old = before.wish.grants;
    const auto& now = after.wish.grants;
    if (old != now) changed(where + ".decrypt.grants", joined(without(old, now)), joined(without(now, old)));
  }

  void match(const std::string& where, const Match& before, const Match& after) {
    if (before == after) return;
    const std::vector<Condition> old = words_of(before, names_), now = words_of(after, names_);
    const auto with_key = [](const std::vector<Condition>& in, std::string_view key) {
      return std::find_if(in.begin(), in.end(), [key](const Condition& c) { return c.key == key; });
    };
    for (const Condition& c : now) {
      const auto was = with_key(old, c.key);
      const std::string at = where + '.' + std::string(c.key);
      if (was == old.end()) {
        out_.push_back({Change::added, at, {}, joined(c.words)});
      } else if (was->words != c.words) {
        changed(at, joined(without(was->words, c.words)), joined(without(c.words, was->words)));
      }
    }
    for (const Condition& c : old) {
      if (with_key(now, c.key) == now.end())
        out_.push_back({Change::removed, where + '.' + std::string(c.key), joined(c.words), {}});
    }
  }

  void changed(std::string where, std::string before, std::string after) {
    out_.push_back({Change::changed, std::move(where), std::move(before), std::move(after)});
  }

 private:
  const classify::Names* names_;
  std::vector<Difference>& out_;
};

std::string place_of(const Rule& rule) { return "rules[" + rule.name + "]"; }

std::string summary(const Rule& rule) {
  std::string out(label(rule.level));
  if (rule.sample > 1) out += ", one in " + std::to_string(rule.sample);
  if (rule.level == Level::decrypt) out += ", depth " + std::string(label(rule.wish.depth));
  if (rule.wish.open_handshake) out += ", open_handshake";
  return out;
}

}  // namespace

std::vector<Difference> diff(const Rules& before, const Rules& after, const classify::Names* names) {
  std::vector<Difference> out;
  Comparison compare(names, out);
  compare.match("protect", before.protect, after.protect);
  std::unordered_map<std::string_view, std::size_t> old, now;
  for (std::size_t i = 0; i < before.rules.size(); ++i) old.emplace(before.rules[i].name, i);
  for (std::size_t i = 0; i < after.rules.size(); ++i) now.emplace(after.rules[i].name, i);
  std::size_t reached = 0;  // the furthest old place so far: a rule that stood before it has moved behind its old follower
  for (const Rule& rule : after.rules) {
    const auto was = old.find(rule.name);
    if (was == old.end()) {
      out.push_back({Change::added, place_of(rule), {}, summary(rule)});
      continue;
    }
    if (was->second < reached) out.push_back({Change::moved, place_of(rule), {}, {}});
    reached = std::max(reached, was->second);
    compare.outcome(place_of(rule), before.rules[was->second], rule);
    compare.match(place_of(rule) + ".match", before.rules[was->second].match, rule.match);
  }
  compare.outcome("default", before.fallback, after.fallback);
  for (const Rule& rule : before.rules) {
    if (now.find(rule.name) == now.end()) out.push_back({Change::removed, place_of(rule), summary(rule), {}});
  }
  return out;
}

std::string say(const Difference& d) {
  std::string out(kChangeSigns[static_cast<std::size_t>(d.change)]);
  out += ' ' + d.where;
  if (d.change == Change::moved) return out + ": moved down";
  if (d.change == Change::added) return out + ": " + d.after;
  if (d.change == Change::removed) return out + ": " + d.before;
  return out + ": " + (d.before.empty() ? "nothing" : d.before) + " -> " + (d.after.empty() ? "nothing" : d.after);
}

}  // namespace pellucid::policy

#include "app/daemon/ask.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "app/problem.h"

namespace pellucid::app {

namespace {

[[noreturn]] void refuse(std::string reason, std::string remedy) {
  throw Refusal{400, "bad_request", std::move(reason), std::move(remedy)};
}

const std::string* find(const Ask& ask, const char* name) {
  for (const auto& [key, value] : ask.request.query) {
    if (key == name) return &value;
  }
  return nullptr;
}

Network network_of(const std::string& text) {
  Network n;
  const std::size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  n.version = address.find(':') == std::string::npos ? 4 : 6;
  const unsigned most = n.version == 4 ? 32 : 128;
  if (inet_pton(n.version == 4 ? AF_INET : AF_INET6, address.c_str(), n.address.data()) != 1) {
    refuse("network: " + text + " is no address", "give ADDRESS or ADDRESS/BITS");
  }
  n.bits = static_cast<std::uint8_t>(most);
  if (slash != std::string::npos) n.bits = static_cast<std::uint8_t>(number_of("network", text.substr(slash + 1), 0, most));
  return n;
}

unsigned proto_of(const std::string& text) {
  constexpr std::pair<const char*, unsigned> kNames[] = {{"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"icmp6", 58}, {"sctp", 132}};
  for (const auto& [name, number] : kNames) {
    if (text == name) return number;
  }
  return static_cast<unsigned>(number_of("proto", text, 0, 255));
}

}  // namespace

std::uint64_t number_of(const std::string& what, const std::string& text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n < least || n > most) {
    refuse(what + ": " + text + " is not a number from " + std::to_string(least) + " to " + std::to_string(most),
           "see docs/API.md");
  }
  return n;
}

unsigned limit_of(const Ask& ask, unsigned most, unsigned usual) {
  const std::string* text = find(ask, "limit");
  return text == nullptr ? usual : static_cast<unsigned>(number_of("limit", *text, 1, most));
}

FlowFilter flow_filter(const Ask& ask) {
  FlowFilter f;
  f.limit = limit_of(ask, kMaxFlowRows, f.limit);
  if (const auto* text = find(ask, "network")) f.network = network_of(*text);
  if (const auto* text = find(ask, "port")) f.port = static_cast<unsigned>(number_of("port", *text, 0, 65535));
  if (const auto* text = find(ask, "proto")) f.proto = proto_of(*text);
  if (const auto* text = find(ask, "app")) f.app = *text;
  if (const auto* text = find(ask, "min_bytes")) f.min_bytes = number_of("min_bytes", *text, 0, ~std::uint64_t{0});
  if (const auto* text = find(ask, "level")) {
    constexpr const char* kLevels[] = {"ignore", "count", "metadata", "classify"};
    if (std::ranges::none_of(kLevels, [&](const char* l) { return *text == l; })) {
      refuse("level: " + *text + " is none", "give ignore, count, metadata or classify");
    }
    f.level = *text;
  }
  return f;
}

// The store's words are those of split_problem(); only a text that is at fault has a place.
void refuse_unless_done(Policies::Refusal refusal, const std::string& problem) {
  using R = Policies::Refusal;
  if (refusal == R::none) return;
  if (refusal == R::invalid) {
    const Problem p = split_problem(problem);
    Refusal r{422, "invalid_policy", p.reason, p.remedy, Json{{"file", p.file}}};
    if (p.line != 0) r.more.update({{"line", p.line}, {"column", p.column}});
    throw r;
  }
  const std::size_t cut = problem.find("; ");
  Refusal r{500, "failed", problem.substr(0, cut), cut == std::string::npos ? "" : problem.substr(cut + 2), Json::object()};
  if (refusal == R::conflict) r.status = 409, r.code = "conflict";
  if (refusal == R::pending) r.status = 409, r.code = "pending";
  if (refusal == R::missing) r.status = 404, r.code = "not_found";
  throw r;
}

Body::Body(const Ask& ask, std::initializer_list<const char*> known) : ask_(ask) {
  json_ = ask.request.body.empty() ? Json::object() : Json::parse(ask.request.body, nullptr, false);
  if (!json_.is_object()) refuse("the body is no JSON object", "see docs/API.md");
  for (const auto& [key, value] : json_.items()) {
    if (std::ranges::none_of(known, [&key = key](const char* k) { return key == k; })) {
      refuse("`" + key + "` is not known here", "see docs/API.md");
    }
  }
}

std::string Body::text(const char* key, std::size_t most) const {
  if (!json_.contains(key)) return {};
  const Json& v = json_[key];
  if (!v.is_string() || v.get_ref<const std::string&>().size() > most) {
    refuse("`" + std::string(key) + "` is no text of at most " + std::to_string(most) + " octets", "see docs/API.md");
  }
  return v.get<std::string>();
}

bool Body::truth(const char* key) const {
  if (!json_.contains(key)) return false;
  if (!json_[key].is_boolean()) refuse("`" + std::string(key) + "` is neither true nor false", "see docs/API.md");
  return json_[key].get<bool>();
}

std::optional<std::uint64_t> Body::number(const char* key, std::uint64_t least, std::uint64_t most) const {
  if (!json_.contains(key) || json_[key].is_null()) return std::nullopt;
  const Json& v = json_[key];
  if (!v.is_number_unsigned() || v.get<std::uint64_t>() < least || v.get<std::uint64_t>() > most) {
    refuse("`" + std::string(key) + "` is not a whole number from " + std::to_string(least) + " to " + std::to_string(most),
           "see docs/API.md");
  }
  return v.get<std::uint64_t>();
}

Policies::Proposal Body::proposal() const {
  constexpr std::size_t kMaxFile = 4096;
  if (!json_.contains("text")) refuse("`text` is missing", "it is the policy's YAML");
  Policies::Proposal p;
  p.text = text("text", kMaxPolicyText);
  if (std::string file = text("file", kMaxFile); !file.empty()) p.file = std::move(file);
  p.author = {ask_.request.caller.name, text("message", kMaxMessage)};
  p.expect_generation = number("expect_generation", 1, ~std::uint64_t{0});
  p.confirm_s = number("confirm_seconds", 1, kMaxConfirm).value_or(0);
  return p;
}

}  // namespace pellucid::app

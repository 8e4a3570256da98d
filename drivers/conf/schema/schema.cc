#include "drivers/conf/schema/schema.h"

#include <map>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "lib/base/check.h"
#include "lib/base/distance.h"

namespace pellucid::schema {
namespace {

using Json = nlohmann::json;
using Kind = Tree::Kind;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

Json json_of(Tree::Node node) {
  switch (node.kind()) {
    case Kind::nothing:
      return nullptr;
    case Kind::boolean:
      return node.truth();
    case Kind::integer:
      return node.integer();
    case Kind::number:
      return node.number();
    case Kind::text:
      return std::string(node.text());
    case Kind::list:
      break;
    case Kind::map: {
      Json map = Json::object();
      for (const Tree::Node child : node) map[std::string(child.key())] = json_of(child);
      return map;
    }
  }
  Json list = Json::array();
  for (const Tree::Node child : node) list.push_back(json_of(child));
  return list;
}

std::string in_ticks(std::string_view text) { return '`' + std::string(text) + '`'; }

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : ", ") + w;
  return out;
}

// What a type of JSON Schema is called by people who write YAML.
std::string type_in_words(const std::string& type) {
  if (type == "object") return "a map of keys";
  if (type == "array") return "a list";
  if (type == "string") return "text";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  return type == "boolean" ? "true or false" : "nothing";
}

std::string kind_in_words(Tree::Node node) {
  switch (node.kind()) {
    case Kind::nothing:
      return "nothing stands here";
    case Kind::list:
      return "this is a list";
    case Kind::map:
      return "this is a map";
    default:
      return in_ticks(node.text().substr(0, 64)) + " is not allowed";
  }
}

bool is_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return type == "boolean" ? value.is_boolean() : value.is_null();
}

// The words of a schema for what it wants here.
std::string wish(const Json& rule) {
  std::string out;
  if (rule.contains("enum")) {
    std::vector<std::string> words;
    for (const Json& v : rule["enum"]) words.push_back(v.is_string() ? v.get<std::string>() : v.dump());
    out = "write one of " + listed(words);
  } else if (rule.contains("const")) {
    out = "write " + (rule["const"].is_string() ? rule["const"].get<std::string>() : rule["const"].dump());
  } else if (rule.contains("minimum") && rule.contains("maximum")) {
    out = "write a number from " + rule["minimum"].dump() + " to " + rule["maximum"].dump();
  } else if (rule.contains("type") && rule["type"].is_string()) {
    out = "write " + type_in_words(rule["type"].get<std::string>());
  } else {
    out = "write something else";
  }
  if (rule.contains("description")) out += " (" + rule["description"].get<std::string>() + ")";
  return out;
}

std::string known_keys(const Json& properties, std::string_view key) {
  std::vector<std::string> words;
  for (const auto& [word, rule] : properties.items()) {
    if (distance(word, key) <= 2) return "did you mean " + in_ticks(word) + "?";
    words.push_back(word);
  }
  return "known here: " + listed(words);
}

}  // namespace

struct Schema::Parts {
  Json text;
  mutable std::map<const Json*, valijson::Schema> rules;  // by the part of the text that they are made of

  const valijson::Schema& rule_of(const Json& part) const {
    const auto [at, fresh] = rules.try_emplace(&part);
    if (!fresh) return at->second;
    Json alone = part;
    if (&part != &text && text.contains("definitions")) alone["definitions"] = text["definitions"];
    valijson::SchemaParser parser;
    parser.populateSchema(Adapter(alone), at->second);
    return at->second;
  }
  const Json& resolved(const Json& part) const {
    const Json* at = &part;
    for (unsigned steps = 0; at->contains("$ref") && steps < 8; ++steps) {
      at = &text.at(Json::json_pointer((*at)["$ref"].get<std::string>().substr(1)));
    }
    return *at;
  }
  bool fits(const Json& rule, const Json& value) const {
    valijson::Validator validator;
    return validator.validate(rule_of(rule), Adapter(value), nullptr);
  }

  // What the schema says of a child; null: nothing.
  const Json* rule_for(const Json& rule, Tree::Node child, Kind in) const {
    if (in == Kind::list) return rule.contains("items") && rule["items"].is_object() ? &resolved(rule["items"]) : nullptr;
    const std::string key(child.key());
    if (rule.contains("properties") && rule["properties"].contains(key)) return &resolved(rule["properties"][key]);
    const bool others = rule.contains("additionalProperties") && rule["additionalProperties"].is_object();
    return others ? &resolved(rule["additionalProperties"]) : nullptr;
  }

  bool wrong_type(const Json& rule, Tree::Node node, const Json& value, Fault& fault) const {
    if (!rule.contains("type")) return false;
    const Json& type = rule["type"];
    for (const Json& one : type.is_array() ? type : Json::array({type})) {
      if (is_type(value, one.get<std::string>())) return false;
    }
    fault = {node.place(), kind_in_words(node) + "; " + wish(rule)};
    return true;
  }
  bool wrong_keys(const Json& rule, Tree::Node node, Fault& fault) const {
    static const Json kNoKeys = Json::object();
    if (!node.is(Kind::map)) return false;
    const Json& properties = rule.contains("properties") ? rule["properties"] : kNoKeys;
    if (rule.contains("additionalProperties") && rule["additionalProperties"] == false) {
      for (const Tree::Node child : node) {
        if (properties.contains(std::string(child.key()))) continue;
        fault = {child.key_place(), "unknown key " + in_ticks(child.key()) + "; " + known_keys(properties, child.key())};
        return true;
      }
    }
    if (!rule.contains("required")) return false;
    for (const Json& key : rule["required"]) {
      if (node.find(key.get<std::string>())) continue;
      std::string what = "the key " + in_ticks(key.get<std::string>()) + " is missing; ";
      const bool known = properties.contains(key.get<std::string>());
      fault = {node.place(), what + (known ? wish(resolved(properties[key.get<std::string>()])) : "add it")};
      return true;
    }
    return false;
  }

  // Says what is wrong with a node that does not fit: its first child that does not fit by itself, or else the node.
  void explain(const Json& rule, Tree::Node node, const Json& value, Fault& fault) const {
    if (wrong_type(rule, node, value, fault) || wrong_keys(rule, node, fault)) return;
    std::size_t i = 0;
    for (const Tree::Node child : node) {
      const Json* const child_rule = rule_for(rule, child, node.kind());
      if (child_rule == nullptr) continue;
      const Json& child_value = node.is(Kind::list) ? value[i++] : value[std::string(child.key())];
      if (!fits(*child_rule, child_value)) return explain(*child_rule, child, child_value, fault);
    }
    valijson::ValidationResults results;
    valijson::Validator validator;
    validator.validate(rule_of(rule), Adapter(value), &results);
    const bool plain = !node.is(Kind::list) && !node.is(Kind::map);
    std::string what = plain                      ? kind_in_words(node)
                       : results.numErrors() != 0 ? results.begin()->description
                                                  : "this does not fit";
    if (!what.empty() && what.back() == '.') what.pop_back();
    fault = {node.place(), what + "; " + wish(rule)};
  }
};

Schema::Schema(std::string_view text) : parts_(std::make_unique<Parts>()) {
  parts_->text = Json::parse(text, nullptr, false);
  CHECK(parts_->text.is_object());
  parts_->rule_of(parts_->text);
}
Schema::~Schema() = default;

bool Schema::fits(const Tree& tree, Fault& fault) const {
  const Json value = json_of(tree.root());
  if (parts_->fits(parts_->text, value)) return true;
  parts_->explain(parts_->text, tree.root(), value, fault);
  return false;
}

}  // namespace pellucid::schema

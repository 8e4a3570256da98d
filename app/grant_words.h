// What authority sets and grants say, in words for people and as JSON for programs. Any thread.
#pragma once
#include <nlohmann/json.hpp>

#include "app/authority.h"

namespace pellucid::app {

struct Line {
  std::string key;  // of several lines with one key it stands at the first
  std::string value;
};
std::string text_of(const std::vector<Line>& lines);

std::vector<Line> words_of(const OpenedSet& set);
std::vector<Line> words_of(const OpenedGrant& grant, const keys::AuthoritySet& set);

nlohmann::ordered_json json_of(const OpenedSet& set);
nlohmann::ordered_json json_of(const OpenedGrant& grant, const keys::AuthoritySet& set);

}  // namespace pellucid::app

#include "app/daemon/revisions.h"

#include <nlohmann/json.hpp>

namespace pellucid::app {

using nlohmann::ordered_json;

std::string write_revisions(const Revisions& revisions) {
  ordered_json j{{"schema", 1}};
  if (revisions.pending) {
    j["pending"] = {{"previous", revisions.pending->previous}, {"deadline", revisions.pending->deadline_s}};
  }
  auto& list = j["revisions"] = ordered_json::array();
  for (const Revision& r : revisions.list) {
    list.push_back({{"generation", r.generation},
                    {"time", r.time_s},
                    {"kind", r.kind},
                    {"author", r.author},
                    {"message", r.message},
                    {"file", r.file},
                    {"of", r.of},
                    {"bytes", r.bytes}});
  }
  return j.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

bool read_revisions(std::string_view text, Revisions& revisions) {
  revisions = {};
  const ordered_json j = ordered_json::parse(text, nullptr, false);
  try {
    if (j.at("schema") != 1) return false;
    if (j.contains("pending")) {
      revisions.pending =
          Pending{j["pending"].at("previous").get<std::uint64_t>(), j["pending"].at("deadline").get<std::uint64_t>()};
    }
    for (const auto& row : j.at("revisions")) {
      Revision r;
      row.at("generation").get_to(r.generation);
      row.at("time").get_to(r.time_s);
      row.at("kind").get_to(r.kind);
      row.at("author").get_to(r.author);
      row.at("message").get_to(r.message);
      row.at("file").get_to(r.file);
      row.at("of").get_to(r.of);
      row.at("bytes").get_to(r.bytes);
      const std::uint64_t before = revisions.list.empty() ? 0 : revisions.list.back().generation;
      if (r.generation <= before || revisions.list.size() == kMaxRevisions) return false;
      revisions.list.push_back(std::move(r));
    }
  } catch (const nlohmann::json::exception&) {
    revisions = {};
    return false;
  }
  return true;
}

}  // namespace pellucid::app

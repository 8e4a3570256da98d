// MemoryShelf: texts that survive in a map, for tests: whoever is started anew on it finds what the one before has left. It can
// be full, or fail at its n-th writing.
#pragma once
#include <map>

#include "lib/base/shelf.h"

namespace pellucid::test {

class MemoryShelf final : public Shelf {
 public:
  std::map<std::string, std::string> texts;
  int fails_in = -1;  // writings from now; -1: never
  bool full = false;

  bool write(const std::string& name, std::string_view text, std::string& problem) override {
    if (full || fails_in == 0) {
      problem = name + ": no space";
      return false;
    }
    if (fails_in > 0) --fails_in;
    texts[name] = text;
    return true;
  }
  bool read(const std::string& name, std::size_t most, std::string& text, std::string& problem) override {
    problem.clear();
    const auto at = texts.find(name);
    if (at == texts.end()) return false;
    if (at->second.size() > most) {
      problem = name + ": longer than " + std::to_string(most) + " octets";
      return false;
    }
    text = at->second;
    return true;
  }
  void drop(const std::string& name) override { texts.erase(name); }
  std::vector<std::string> names() override {
    std::vector<std::string> out;
    for (const auto& [name, text] : texts) out.push_back(name);
    return out;
  }
};

}  // namespace pellucid::test

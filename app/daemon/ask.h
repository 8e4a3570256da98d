// What callers send, read: parameters and bodies. Whatever is wrong is thrown as a Refusal. Used by the handlers of routes.cc.
#pragma once
#include <initializer_list>
#include <optional>
#include <string>

#include "app/daemon/routes.h"

namespace pellucid::app {

std::uint64_t number_of(const std::string& what, const std::string& text, std::uint64_t least, std::uint64_t most);
unsigned limit_of(const Ask& ask, unsigned most, unsigned usual);
FlowFilter flow_filter(const Ask& ask);
void refuse_unless_done(Policies::Refusal refusal, const std::string& problem);

class Body {  // a JSON object
 public:
  Body(const Ask& ask, std::initializer_list<const char*> known);
  std::string text(const char* key, std::size_t most) const;  // empty: it is not there
  bool truth(const char* key) const;
  std::optional<std::uint64_t> number(const char* key, std::uint64_t least, std::uint64_t most) const;
  Policies::Proposal proposal() const;

 private:
  const Ask& ask_;
  Json json_;
};

}  // namespace pellucid::app

// Remote: the daemon's control API as verbs use it: JSON in and out, and whatever goes wrong as a Failure with its exit code.
// Main's thread.
#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/globals.h"
#include "app/exit.h"

namespace pellucid::ctl {
class Client;
}

namespace pellucid::app {

using Json = nlohmann::ordered_json;

struct Failure {
  ExitCode code;
  Json error;  // code, reason, remedy; file, line, column where there is a place
};

// On standard error: one line, or with --json one object. Gives back the exit code.
int complain(const Globals& globals, const Failure& failure);
// A failure of our own, in the same form.
Failure failure_of(ExitCode code, const char* word, std::string reason, std::string remedy);

// … with the place that a line of ours names.
Failure failure_of(ExitCode code, const char* word, const std::string& problem);

class Remote {
 public:
  explicit Remote(const Globals& globals);  // throws Failure: --connect cannot be understood
  ~Remote();
  Json get(const std::string& path);  // throws Failure
  Json post(const std::string& path, const Json& body);
  Json drop(const std::string& path);
  std::string text(const std::string& path);

 private:
  std::string ask(const std::string& method, const std::string& path, const std::string& body);
  std::unique_ptr<ctl::Client> client_;
};

// Runs what a verb does; a Failure becomes its line and exit code.
template <class Do>
int guarded(const Globals& globals, Do&& act) {
  try {
    return act();
  } catch (const Failure& failure) {
    return complain(globals, failure);
  } catch (const nlohmann::json::exception&) {
    return complain(globals, failure_of(kFailed, "bad_answer", "the daemon's answer is not what was expected",
                                        "are pellucid and pellucidd of one version? see pellucid version"));
  }
}

}  // namespace pellucid::app

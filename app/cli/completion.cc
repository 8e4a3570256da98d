#include "app/cli/completion.h"

#include <cstdio>
#include <string>
#include <vector>

namespace pellucid::app {

namespace {

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<const CLI::Option*> options_of(const CLI::App& verb) {
  std::vector<const CLI::Option*> found;
  for (const CLI::Option* o : verb.get_options()) {
    if (!o->get_lnames().empty()) found.push_back(o);
  }
  return found;
}

// Text between single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c != '\n') {
      out += c;
    }
  }
  return out + "'";
}

std::string flag_list(const CLI::App& verb) {
  std::string out;
  for (const CLI::Option* o : options_of(verb)) out += " --" + o->get_lnames().front();
  return out;
}

void write_bash(const CLI::App& app) {
  std::string verbs;
  for (const CLI::App* v : verbs_of(app)) verbs += " " + v->get_name();
  std::printf("_pellucid() {\n  local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}\n  COMPREPLY=()\n");
  std::printf("  if ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W %s -- \"$word\")); return; fi\n  case $verb in\n",
              quoted(verbs + flag_list(app)).c_str());
  for (const CLI::App* v : verbs_of(app)) {
    std::printf("    %s) [[ $word == -* ]] && COMPREPLY=($(compgen -W %s -- \"$word\")) ;;\n", v->get_name().c_str(),
                quoted(flag_list(*v)).c_str());
  }
  std::printf("  esac\n}\ncomplete -o default -F _pellucid pellucid\n");
}

// Zsh's menu syntax gives brackets and colons a meaning.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void write_zsh(const CLI::App& app) {
  std::printf("#compdef pellucid\n_pellucid() {\n  local -a verbs=(\n");
  for (const CLI::App* v : verbs_of(app)) {
    std::printf("    %s\n", quoted(v->get_name() + ":" + zsh_text(v->get_description())).c_str());
  }
  std::printf("  )\n  if ((CURRENT == 2)); then _describe verb verbs; return; fi\n  case $words[2] in\n");
  for (const CLI::App* v : verbs_of(app)) {
    std::printf("    %s) _arguments", v->get_name().c_str());
    for (const CLI::Option* o : options_of(*v)) {
      const std::string value = o->get_expected_max() == 0 ? "" : ":value:_files";
      std::printf(" %s", quoted("--" + o->get_lnames().front() + "[" + zsh_text(o->get_description()) + "]" + value).c_str());
    }
    std::printf(" '*:file:_files' ;;\n");
  }
  std::printf("  esac\n}\n_pellucid \"$@\"\n");
}

void write_fish(const CLI::App& app) {
  for (const CLI::App* v : verbs_of(app)) {
    std::printf("complete -c pellucid -n __fish_use_subcommand -a %s -d %s\n", v->get_name().c_str(),
                quoted(v->get_description()).c_str());
    for (const CLI::Option* o : options_of(*v)) {
      std::printf("complete -c pellucid -n '__fish_seen_subcommand_from %s' -l %s%s -d %s\n", v->get_name().c_str(),
                  o->get_lnames().front().c_str(), o->get_expected_max() == 0 ? "" : " -r",
                  quoted(o->get_description()).c_str());
    }
  }
}

}  // namespace

void add_completion(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("completion", "Print a completion script: source <(pellucid completion bash)");
  auto shell = std::make_shared<std::string>();
  verb->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  verb->callback([&app, shell] {
    if (*shell == "bash") {
      write_bash(app);
    } else if (*shell == "zsh") {
      write_zsh(app);
    } else {
      write_fish(app);
    }
  });
}

}  // namespace pellucid::app

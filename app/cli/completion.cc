#include "app/cli/completion.h"

#include <algorithm>
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

// The values of an option, where it takes one of a few; with spaces between.
std::string values_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{');
  if (open == std::string::npos) return {};
  std::string out = type.substr(open + 1, type.find('}') - open - 1);
  std::ranges::replace(out, ',', ' ');
  return out;
}

struct Leaf {  // a verb, or a verb below it
  std::string words;
  const CLI::App* app;
};

std::vector<Leaf> leaves_of(const CLI::App& app) {
  std::vector<Leaf> out;
  for (const CLI::App* verb : verbs_of(app)) {
    out.push_back({verb->get_name(), verb});
    for (const CLI::App* sub : verbs_of(*verb)) out.push_back({verb->get_name() + " " + sub->get_name(), sub});
  }
  return out;
}

// What may follow that is no flag: verbs below, and values of what stands without a flag.
std::string words_after(const CLI::App& verb) {
  std::string out;
  for (const CLI::App* v : verbs_of(verb)) out += " " + v->get_name();
  for (const CLI::Option* o : verb.get_options()) {
    if (o->get_lnames().empty() && !values_of(*o).empty()) out += " " + values_of(*o);
  }
  return out;
}

// Flags of a verb, and those of all where it takes them.
std::string flags_after(const CLI::App& app, const CLI::App& verb) {
  std::string out;
  for (const CLI::Option* o : options_of(verb)) out += " --" + o->get_lnames().front();
  if (!verb.get_fallthrough()) return out;
  for (const CLI::Option* o : options_of(app)) {
    const std::string flag = " --" + o->get_lnames().front();
    if (flag != " --version" && (out + " ").find(flag + " ") == std::string::npos) out += flag;
  }
  return out;
}

// Which options take a value, so that it is not read as a verb; and which values, where they are known.
void write_bash_values(const CLI::App& app) {
  std::vector<std::string> seen;
  std::string taking;
  std::printf("  case $before in\n");
  for (const Leaf& leaf : leaves_of(app)) {
    for (const CLI::Option* o : options_of(*leaf.app)) {
      const std::string flag = "--" + o->get_lnames().front();
      if (values_of(*o).empty() || std::ranges::find(seen, flag + values_of(*o)) != seen.end()) continue;
      seen.push_back(flag + values_of(*o));
      const std::string pattern = leaf.app->get_parent() == &app ? "\"" + leaf.words + " " + flag + "\"" : "*\" " + flag + "\"";
      std::printf("    %s) COMPREPLY=($(compgen -W %s -- \"$word\")); return ;;\n", pattern.c_str(),
                  quoted(values_of(*o)).c_str());
    }
  }
  std::printf("  esac\n");
}

std::string flags_with_values(const CLI::App& app) {
  std::string out;
  const auto add = [&out](const CLI::App& at) {
    for (const CLI::Option* o : options_of(at)) {
      const std::string flag = "--" + o->get_lnames().front();
      if (o->get_expected_max() != 0 && (out + "|").find(flag + "|") == std::string::npos)
        out += (out.empty() ? "" : "|") + flag;
    }
  };
  add(app);
  for (const Leaf& leaf : leaves_of(app)) add(*leaf.app);
  return out;
}

void write_bash(const CLI::App& app) {
  std::printf("_pellucid() {\n  local word=${COMP_WORDS[COMP_CWORD]} verb= one skip= before words flags\n  COMPREPLY=()\n");
  std::printf("  for one in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n");
  std::printf("    if [[ $skip ]]; then skip=; continue; fi\n    case $one in\n      %s) skip=1 ;;\n      -*) ;;\n",
              flags_with_values(app).c_str());
  std::printf("      *) case \"${verb:+$verb }$one\" in\n        %s) verb=${verb:+$verb }$one ;; esac ;;\n    esac\n  done\n",
              [&app] {
                std::string out;
                for (const Leaf& leaf : leaves_of(app)) out += (out.empty() ? "\"" : "|\"") + leaf.words + "\"";
                return out;
              }()
                  .c_str());
  std::printf("  before=\"$verb ${COMP_WORDS[COMP_CWORD-1]}\"\n");
  write_bash_values(app);
  std::printf("  case $verb in\n    \"\") words=%s flags=%s ;;\n", quoted(words_after(app)).c_str(),
              quoted(flags_after(app, app)).c_str());
  for (const Leaf& leaf : leaves_of(app)) {
    std::printf("    %s) words=%s flags=%s ;;\n", quoted(leaf.words).c_str(), quoted(words_after(*leaf.app)).c_str(),
                quoted(flags_after(app, *leaf.app)).c_str());
  }
  // Files come from bash itself where nothing of ours fits.
  std::printf(
      "  esac\n  [[ $word == -* || -z $verb ]] && words+=$flags\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n");
  std::printf("complete -o default -F _pellucid pellucid\n");
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

enum class Own { no, yes };  // whether flags are the verb's own: each has a --help

void write_zsh_flags(const CLI::App& verb, Own own) {
  for (const CLI::Option* o : options_of(verb)) {
    if (own == Own::no && (o->get_lnames().front() == "help" || o->get_lnames().front() == "version")) continue;
    const std::string values = values_of(*o);
    const std::string value = o->get_expected_max() == 0 ? "" : values.empty() ? ":value:_files" : ":value:(" + values + ")";
    std::printf(" %s", quoted("--" + o->get_lnames().front() + "[" + zsh_text(o->get_description()) + "]" + value).c_str());
  }
}

void write_zsh_verbs(const CLI::App& app, const char* name) {
  std::printf("  local -a %s=(\n", name);
  for (const CLI::App* v : verbs_of(app)) {
    std::printf("    %s\n", quoted(v->get_name() + ":" + zsh_text(v->get_description())).c_str());
  }
  std::printf("  )\n");
}

void write_zsh(const CLI::App& app) {
  std::printf("#compdef pellucid\n_pellucid() {\n");
  write_zsh_verbs(app, "verbs");
  std::printf("  if ((CURRENT == 2)); then _describe verb verbs; return; fi\n");
  for (const CLI::App* v : verbs_of(app)) {
    if (verbs_of(*v).empty()) continue;
    std::printf("  if ((CURRENT == 3)) && [[ $words[2] == %s ]]; then\n", v->get_name().c_str());
    write_zsh_verbs(*v, "below");
    std::printf("  _describe verb below; return; fi\n");
  }
  std::printf("  case \"$words[2] $words[3]\" in\n");
  const auto leaves = leaves_of(app);
  for (auto leaf = leaves.rbegin(); leaf != leaves.rend(); ++leaf) {  // what stands below comes before its verb
    if (!verbs_of(*leaf->app).empty()) continue;
    std::printf("    %s) _arguments", (quoted(leaf->words) + (leaf->app->get_parent() == &app ? "\\ *" : "")).c_str());
    write_zsh_flags(*leaf->app, Own::yes);
    if (leaf->app->get_fallthrough()) write_zsh_flags(app, Own::no);
    std::printf(" '*:file:_files' ;;\n");
  }
  std::printf("  esac\n}\n_pellucid \"$@\"\n");
}

void write_fish_flags(const CLI::App& verb, const std::string& when) {
  for (const CLI::Option* o : options_of(verb)) {
    const std::string values = values_of(*o);
    const std::string value = o->get_expected_max() == 0 ? "" : values.empty() ? " -r" : " -x -a " + quoted(values);
    std::printf("complete -c pellucid%s -l %s%s -d %s\n", when.c_str(), o->get_lnames().front().c_str(), value.c_str(),
                quoted(o->get_description()).c_str());
  }
}

void write_fish(const CLI::App& app) {
  write_fish_flags(app, "");
  for (const CLI::App* v : verbs_of(app)) {
    std::printf("complete -c pellucid -n __fish_use_subcommand -a %s -d %s\n", v->get_name().c_str(),
                quoted(v->get_description()).c_str());
    const std::string seen = "__fish_seen_subcommand_from " + v->get_name();
    write_fish_flags(*v, " -n " + quoted(seen));
    for (const CLI::App* sub : verbs_of(*v)) {
      std::printf("complete -c pellucid -n %s -a %s -d %s\n", quoted(seen).c_str(), sub->get_name().c_str(),
                  quoted(sub->get_description()).c_str());
      write_fish_flags(*sub, " -n " + quoted(seen + "; and __fish_seen_subcommand_from " + sub->get_name()));
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

// Verbs: what a control server asks of the program, one request after the other. Drivers carry requests and say who sends them;
// the application answers. Its roles are those that docs/API.md explains. Called by the server's threads, never by workers.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pellucid::engine {

enum class Role : std::uint8_t { view, operate, authorise, keys, audit, kCount };
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Role::kCount)> kRoleLabels{"view", "operate",
                                                                                                  "authorise", "keys", "audit"};
constexpr std::string_view label(Role role) noexcept { return kRoleLabels[static_cast<std::size_t>(role)]; }

class Roles {  // a set
 public:
  constexpr Roles() noexcept = default;
  template <class... More>
  constexpr explicit Roles(Role first, More... more) noexcept {
    add(first);
    (add(more), ...);
  }
  constexpr void add(Role role) noexcept { bits_ |= bit(role); }
  constexpr bool has(Role role) const noexcept { return (bits_ & bit(role)) != 0; }
  constexpr bool meets(Roles other) const noexcept { return (bits_ & other.bits_) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  // Who may decide what is read, who may allow it and who holds the keys are three persons: so no identity is two of them.
  constexpr bool conflict() const noexcept { return has(Role::operate) + has(Role::authorise) + has(Role::keys) > 1; }
  friend constexpr bool operator==(Roles, Roles) noexcept = default;

 private:
  static constexpr unsigned bit(Role role) noexcept { return 1u << static_cast<unsigned>(role); }
  unsigned bits_ = 0;
};

struct Caller {  // as the operating system or a certificate authority vouches for it
  enum class Way : std::uint8_t { local, certificate, anyone } way = Way::anyone;
  std::uint32_t uid = 0;           // of a local caller
  std::string name;                // account or certificate name, for the history
  std::vector<std::string> proof;  // names of a local caller's groups, or all names in the certificate
};

struct Request {
  std::string method;  // GET, POST …
  std::string path;    // decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;
  std::string body;
  Caller caller;
};

struct Reply {
  int status = 200;
  std::string type = "application/json";
  std::string body;
};

class Verbs {
 public:
  virtual ~Verbs() = default;
  // Asked when the head of a request is known and its body is not: status 200 lets it come in, all else is the answer.
  virtual Reply admit(const Request& head) = 0;
  virtual Reply answer(const Request& request) = 0;
  // What the server itself has to refuse, in the application's form.
  virtual Reply refuse(int status, std::string_view reason) = 0;
};

}  // namespace pellucid::engine

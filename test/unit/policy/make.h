// Policies from text and facts from a few words, for tests.
#pragma once
#include <gtest/gtest.h>

#include <memory>

#include "drivers/conf/schema/schema.h"
#include "drivers/conf/schema/texts.h"
#include "drivers/conf/yaml/yaml.h"
#include "lib/policy/program.h"
#include "lib/policy/protocols.h"

namespace pellucid::policy {

class TestNames final : public classify::Names {
 public:
  std::string_view protocol(std::uint16_t id) const noexcept override { return kProtocols[id]; }
  std::string_view category(std::uint16_t id) const noexcept override { return kCategories[id]; }
  std::uint16_t protocols() const noexcept override { return 4; }
  std::uint16_t categories() const noexcept override { return 3; }

 private:
  static constexpr std::string_view kProtocols[] = {"Unknown", "TLS", "Microsoft", "WhatsApp"};
  static constexpr std::string_view kCategories[] = {"Unspecified", "Health", "SocialNetwork"};
};
inline const TestNames kNames;
inline const std::vector<std::string> kInterfaces{"eth0", "eth1"};
inline const Context kContext{&kNames, &kInterfaces};

// Empty: the text is a policy; else what is wrong with it.
inline std::string read(std::string_view text, Rules& rules, const Context& context = kContext) {
  static const schema::Schema kSchema{schema::text_of("policy")};
  Tree tree;
  Fault fault;
  const bool good =
      yaml::read_yaml(text, yaml::kLarge, tree, fault) && kSchema.fits(tree, fault) && read_rules(tree, context, rules, fault);
  return good ? "" : say("p", fault);
}

inline std::unique_ptr<Program> program(const std::string& text) {
  Rules rules;
  EXPECT_EQ(read("version: 1\n" + text, rules), "");
  return std::make_unique<Program>(rules, kContext, 7);
}

inline net::Key key_of(std::string_view client, std::uint16_t client_port, std::string_view server, std::uint16_t server_port) {
  net::Key key{};
  net::Network n;
  const auto put = [&](std::string_view text, std::uint8_t* octets) {
    EXPECT_EQ(net::read_network(text, n), net::NetworkFault::none) << text;
    for (unsigned i = 0; i < 16; ++i) octets[i] = static_cast<std::uint8_t>(n.first >> (120 - 8 * i));
  };
  put(client, key.a);
  put(server, key.b);
  key.family = n.family;
  key.port_a = client_port;
  key.port_b = server_port;
  key.proto = net::kProtoTcp;
  return key;
}

}  // namespace pellucid::policy

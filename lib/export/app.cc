#include "lib/export/app.h"

#include <array>

#include "lib/export/text.h"

namespace pellucid::exporter {
namespace {

struct Alias {
  std::string_view ndpi, eve;
};
// nDPI's names of the protocols for which Suricata has a parser; all others are "failed" there.
constexpr std::array kAliases{Alias{"QUIC", "quic"},        Alias{"SSH", "ssh"},
                              Alias{"FTP_CONTROL", "ftp"},  Alias{"FTP_DATA", "ftp-data"},
                              Alias{"SMTP", "smtp"},        Alias{"SMBv1", "smb"},
                              Alias{"SMBv23", "smb"},       Alias{"IMAP", "imap"},
                              Alias{"POP3", "pop3"},        Alias{"NTP", "ntp"},
                              Alias{"DHCP", "dhcp"},        Alias{"SNMP", "snmp"},
                              Alias{"SIP", "sip"},          Alias{"RDP", "rdp"},
                              Alias{"NFS", "nfs"},          Alias{"TFTP", "tftp"},
                              Alias{"Kerberos", "krb5"},    Alias{"MQTT", "mqtt"},
                              Alias{"Telnet", "telnet"},    Alias{"LDAP", "ldap"},
                              Alias{"PostgreSQL", "pgsql"}, Alias{"Modbus", "modbus"},
                              Alias{"DNP3", "dnp3"},        Alias{"EthernetIP", "enip"},
                              Alias{"VNC", "rfb"},          Alias{"WebSocket", "websocket"}};

bool certain(const Head& h) noexcept {
  switch (static_cast<classify::By>(h.by)) {
    case classify::By::parser:
    case classify::By::name:
      return true;
    case classify::By::ndpi:
    case classify::By::ndpi_cache:
      return h.confidence >= static_cast<std::uint8_t>(classify::Confidence::dpi_cache);
    case classify::By::nobody:
      break;
  }
  return false;
}

template <std::size_t N>
std::string_view label_of(const std::string_view (&labels)[N], std::uint8_t value) noexcept {
  return value < N ? labels[value] : labels[0];
}

void write_name(std::string& out, std::string_view name, std::uint16_t id) noexcept {
  if (!name.empty()) return static_cast<void>(out += name);
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof digits, id).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace

void write_app_name(std::string& out, const Head& h, const classify::Names* names) noexcept {
  const auto name = [&](std::uint16_t id) { write_name(out, names != nullptr ? names->protocol(id) : std::string_view{}, id); };
  if (h.master != classify::kUnknown && h.app != classify::kUnknown && h.master != h.app) {
    name(h.master);
    out += '.';
  }
  name(h.app != classify::kUnknown ? h.app : h.master);
}

void write_app(Json& json, const Head& h, const classify::Names* names) noexcept {
  std::string name;
  write_app_name(name, h, names);
  std::string category;
  write_name(category, names != nullptr ? names->category(h.category) : std::string_view{}, h.category);
  json.open_object("app");
  json.text("proto", name);
  json.text("category", category);
  json.text("confidence", label_of(classify::kConfidenceLabels, h.confidence));
  json.text("by", label_of(classify::kByLabels, h.by));
  json.close_object();
}

std::string_view app_proto(const Head& h, const classify::Names* names) noexcept {
  if (h.by == static_cast<std::uint8_t>(classify::By::nobody)) return "unknown";
  if (!certain(h)) return "failed";
  const std::uint16_t id = h.master != classify::kUnknown ? h.master : h.app;
  switch (id) {
    case classify::kTls:
      return "tls";
    case classify::kDns:
    case classify::kLlmnr:
      return "dns";
    case classify::kMdns:
      return "mdns";
    case classify::kHttp:
    case classify::kHttpConnect:
      return "http";
    default:
      break;
  }
  if (names == nullptr) return "failed";
  const std::string_view name = names->protocol(id);
  for (const Alias& a : kAliases) {
    if (a.ndpi == name) return a.eve;
  }
  return "failed";
}

}  // namespace pellucid::exporter

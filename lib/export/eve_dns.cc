#include "lib/export/eve_dns.h"

#include <algorithm>
#include <array>

#include "lib/base/cursor.h"
#include "lib/dns/text.h"
#include "lib/export/text.h"

namespace pellucid::exporter {
namespace {

constexpr std::array<std::string_view, 3> kSections{"answers", "authorities", "additionals"};

// Records of one section, as far as they are shown.
struct Listed {
  std::array<dns::Record, kMaxShown> record;
  unsigned count = 0;
};

void write_flags(Json& json, const dns::Header& h) noexcept {
  json.number("id", h.id);
  json.made("flags", [&](std::string& out) {
    char digits[8];
    const auto end = std::to_chars(digits, digits + sizeof digits, h.flags, 16).ptr;
    out.append(digits, static_cast<std::size_t>(end - digits));
  });
  if (h.response()) json.yes("qr");
  if (h.authoritative()) json.yes("aa");
  if (h.truncated()) json.yes("tc");
  if (h.recursion_desired()) json.yes("rd");
  if (h.recursion_available()) json.yes("ra");
  if (!h.zero()) json.yes("z");
  json.number("opcode", h.opcode());
}

void write_named(Json& json, std::string_view key, const dns::Message& m, std::size_t name_at) noexcept {
  std::string name;
  dns::write_name(name, m, name_at);
  json.text(key, name);
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

enum class Case : std::uint8_t { upper, lower };
bool write_queries(Json& json, const dns::Message& m, Case types) noexcept {
  const std::size_t mark = json.mark();
  json.open_array("queries");
  dns::Questions questions(m);
  unsigned count = 0;
  for (dns::Question q; questions.next(q);) {
    if (count++ == kMaxQuestions) break;
    json.open_object();
    write_named(json, "rrname", m, q.name_at);
    std::string type;
    dns::write_type(type, q.type);
    if (types == Case::lower) std::ranges::transform(type, type.begin(), lower);
    json.text("rrtype", type);
    json.close_object();
  }
  json.close_array_or_drop(mark);
  return count <= kMaxQuestions && questions.err() == Err::none;
}

void write_soa(Json& json, const dns::Soa& soa) noexcept {
  json.text("mname", soa.mname.view());
  json.text("rname", soa.rname.view());
  json.number("serial", soa.serial);
  json.number("refresh", soa.refresh);
  json.number("retry", soa.retry);
  json.number("expire", soa.expire);
  json.number("minimum", soa.minimum);
}
void write_srv(Json& json, const dns::Srv& srv) noexcept {
  json.number("priority", srv.priority);
  json.number("weight", srv.weight);
  json.number("port", srv.port);
  json.text("name", srv.target.view());
}
void write_sshfp(Json& json, const dns::Sshfp& fp) noexcept {
  json.made("fingerprint", [&](std::string& out) {
    for (std::size_t i = 0; i < fp.fingerprint.size(); ++i) {
      if (i != 0) out += ':';
      write_hex(out, fp.fingerprint.subspan(i, 1));
    }
  });
  json.number("algo", fp.algorithm);
  json.number("type", fp.type);
}

// Data that is one string; false where it is not, or cannot be read.
bool write_plain(std::string& out, const dns::Message& m, const dns::Record& r) noexcept {
  switch (dns::form_of(r)) {
    case dns::Form::address:
      write_address(out, r.data);
      return true;
    case dns::Form::text:
      dns::write_data(out, m, r);
      return true;
    default:
      return false;
  }
}

enum class As : std::uint8_t { member, item };  // an object's member `name`, or an array's item
void open(Json& json, As as, std::string_view name) noexcept {
  if (as == As::member) {
    json.open_object(name);
  } else {
    json.open_object();
  }
}
// Data that EVE writes as an object.
void write_object(Json& json, As as, const dns::Message& m, const dns::Record& r) noexcept {
  const dns::Form form = dns::form_of(r);
  if (dns::Soa soa; form == dns::Form::soa && dns::read_soa(m, r, soa) == Err::none) {
    open(json, as, "soa");
    write_soa(json, soa);
    json.close_object();
  } else if (dns::Srv srv; form == dns::Form::srv && dns::read_srv(m, r, srv) == Err::none) {
    open(json, as, "srv");
    write_srv(json, srv);
    json.close_object();
  } else if (const Result<dns::Sshfp> fp = dns::read_sshfp(r); form == dns::Form::sshfp && fp) {
    open(json, as, "sshfp");
    write_sshfp(json, *fp);
    json.close_object();
  }
}

// EVE's `dns` has places for objects in answers, for SOA alone in authorities, for none in additionals.
enum class Places : std::uint8_t { eve, all };
bool has_object(const dns::Record& r, Places places) noexcept {
  if (places == Places::all) return true;
  return r.section == dns::Section::answer || (r.section == dns::Section::authority && r.type == dns::kSoa);
}

void write_record(Json& json, const dns::Message& m, const dns::Record& r, Places places) noexcept {
  json.open_object();
  write_named(json, "rrname", m, r.name_at);
  json.made("rrtype", [&](std::string& out) { dns::write_type(out, r.type); });
  json.number("ttl", r.ttl);
  std::string data;
  if (write_plain(data, m, r)) {
    json.text("rdata", data);
  } else if (has_object(r, places)) {
    write_object(json, As::member, m, r);
  }
  json.close_object();
}

struct Group {
  std::uint16_t type;
  std::string_view name;
};
// The types that EVE groups.
constexpr std::array kGroups{Group{dns::kA, "A"},     Group{dns::kNs, "NS"},      Group{dns::kCname, "CNAME"},
                             Group{dns::kSoa, "SOA"}, Group{dns::kNull, "NULL"},  Group{dns::kPtr, "PTR"},
                             Group{dns::kMx, "MX"},   Group{dns::kTxt, "TXT"},    Group{dns::kAaaa, "AAAA"},
                             Group{dns::kSrv, "SRV"}, Group{dns::kSshfp, "SSHFP"}};

void write_grouped(Json& json, const dns::Message& m, const Listed& answers) noexcept {
  const std::size_t mark = json.mark();
  json.open_object("grouped");
  for (const Group& g : kGroups) {
    const std::size_t group = json.mark();
    json.open_array(g.name);
    for (unsigned i = 0; i < answers.count; ++i) {
      const dns::Record& r = answers.record[i];
      if (r.type != g.type) continue;
      std::string data;
      if (write_plain(data, m, r)) {
        json.text(data);
      } else {
        write_object(json, As::item, m, r);
      }
    }
    json.close_array_or_drop(group);
  }
  json.close_object_or_drop(mark);
}

using Lists = std::array<Listed, kSections.size()>;

// False: the message was broken, or has more records than are shown.
bool list_records(const dns::Message& m, Lists& parts) noexcept {
  bool all = true;
  dns::Records records(m);
  for (dns::Record r; records.next(r);) {
    if (r.type == dns::kOpt) continue;  // no resource record, but more header (RFC 6891 6.1.1)
    Listed& part = parts[static_cast<std::size_t>(r.section)];
    if (part.count == kMaxShown) {
      all = false;
      continue;
    }
    part.record[part.count++] = r;
  }
  return all && records.err() == Err::none;
}

template <class Write>
void write_lists(Json& json, const Lists& parts, Write write_one) noexcept {
  for (std::size_t s = 0; s < parts.size(); ++s) {
    const std::size_t mark = json.mark();
    json.open_array(kSections[s]);
    for (unsigned i = 0; i < parts[s].count; ++i) write_one(parts[s].record[i]);
    json.close_array_or_drop(mark);
  }
}

bool write_records(Json& json, const dns::Message& m) noexcept {
  Lists parts;
  const bool all = list_records(m, parts);
  write_lists(json, parts, [&](const dns::Record& r) { write_record(json, m, r, Places::eve); });
  write_grouped(json, m, parts[0]);
  return all;
}

void write_mdns_flags(Json& json, const dns::Header& h) noexcept {
  struct Flag {
    std::uint16_t bit;
    std::string_view name;
  };
  constexpr std::array kFlags{Flag{0x0400, "aa"}, Flag{0x0200, "tc"}, Flag{0x0100, "rd"}, Flag{0x0080, "ra"},
                              Flag{0x0040, "z"},  Flag{0x0020, "ad"}, Flag{0x0010, "cd"}};
  json.number("id", h.id);
  const std::size_t mark = json.mark();
  json.open_array("flags");
  for (const Flag& f : kFlags) {
    if ((h.flags & f.bit) != 0) json.text(f.name);
  }
  json.close_array_or_drop(mark);
  json.number("opcode", h.opcode());
  json.number("rcode", h.rcode());
}

// EVE's `mdns` names the type in lower case, and data by its type; the schema knows PTR and TXT.
void write_mdns_record(Json& json, const dns::Message& m, const dns::Record& r) noexcept {
  json.open_object();
  write_named(json, "rrname", m, r.name_at);
  const bool placed = r.section != dns::Section::authority;
  if (std::string data; placed && r.type == dns::kPtr && write_plain(data, m, r)) json.text("ptr", data);
  if (placed && r.type == dns::kTxt) {
    const std::size_t mark = json.mark();
    json.open_array("txt");
    Cursor in(r.data);
    while (in.left() > 0) {
      const Bytes text = in.take8();
      if (in.ok()) json.text(as_text(text));
    }
    json.close_array_or_drop(mark);
  }
  json.close_object();
}

}  // namespace

Shown write_dns(Json& json, const View& v) noexcept {
  const DnsBody& b = v.as<DnsBody>();
  json.open_object("dns");
  json.number("version", 3);
  json.text("type", b.response != 0 ? "response" : "request");
  json.number("tx_id", b.tx);
  const Result<dns::Message> m = dns::read_message(v.part(Part::dns_message));
  bool all = static_cast<bool>(m);
  if (m) {
    write_flags(json, m->header);
    json.made("rcode", [&](std::string& out) { dns::write_rcode(out, dns::full_rcode(*m)); });
    const bool queries = write_queries(json, *m, Case::upper);
    const bool records = write_records(json, *m);
    all = queries && records;
  }
  json.close_object();
  return all ? Shown::all : Shown::some;
}

Shown write_mdns(Json& json, const View& v) noexcept {
  json.open_object("mdns");
  json.text("type", v.as<DnsBody>().response != 0 ? "response" : "request");
  const Result<dns::Message> m = dns::read_message(v.part(Part::dns_message));
  bool all = static_cast<bool>(m);
  if (m) {
    write_mdns_flags(json, m->header);
    const bool queries = write_queries(json, *m, Case::lower);
    Lists parts;
    const bool records = list_records(*m, parts);
    write_lists(json, parts, [&](const dns::Record& r) { write_mdns_record(json, *m, r); });
    all = queries && records;
  }
  json.close_object();
  return all ? Shown::all : Shown::some;
}

void write_mdns_own(Json& json, const View& v) noexcept {
  const Result<dns::Message> m = dns::read_message(v.part(Part::dns_message));
  if (!m) return;
  const std::size_t mark = json.mark();
  json.open_object("mdns");
  Lists parts;
  static_cast<void>(list_records(*m, parts));
  write_lists(json, parts, [&](const dns::Record& r) { write_record(json, *m, r, Places::all); });
  json.close_object_or_drop(mark);
}

}  // namespace pellucid::exporter

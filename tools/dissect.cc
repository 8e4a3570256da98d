// dissect: what read_headers makes of each packet of a capture, one JSON line a packet; fragments are put together as a worker
// would. For checks against other tools, and for a person who wonders.
#include <arpa/inet.h>

#include <array>
#include <cstdio>
#include <string>

#include "drivers/io/file/source.h"
#include "lib/engine/clock.h"
#include "lib/net/frag.h"
#include "lib/net/hash.h"
#include "lib/net/parse.h"

namespace pellucid {
namespace {

constexpr std::array kFates{"flow", "non_ip", "fragment", "error"};
constexpr const char* kHelp =
    "usage: dissect [--ignore-vlan] FILE|-\n"
    "Prints one JSON line for each packet of a capture: its number, what became of it (fate: flow, non_ip, fragment, error)\n"
    "and its innermost headers; \"ids\" lists every identifier on the way, also of headers that led nowhere. A datagram put\n"
    "together from fragments has a line of its own after its last fragment, with the same number and \"fragments\": how many\n"
    "there were.\n";

std::string address(const std::uint8_t* bytes, unsigned family) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(family == 6 ? AF_INET6 : AF_INET, bytes, text, sizeof text);
  return text;
}

class Line {
 public:
  void text(const char* name, const std::string& value) { field(name, '"' + value + '"'); }
  void number(const char* name, std::uint64_t value) { field(name, std::to_string(value)); }
  void field(const char* name, const std::string& json) {
    out_ += out_.empty() ? "{\"" : ",\"";
    out_ += std::string(name) + "\":" + json;
  }
  std::string close() const { return out_.empty() ? "{}" : out_ + '}'; }

 private:
  std::string out_;
};

template <class Numbers>
std::string list(const Numbers& numbers, unsigned n) {
  std::string out = "[";
  for (unsigned i = 0; i < n; ++i) out += (i > 0 ? "," : "") + std::to_string(numbers[i]);
  return out + ']';
}

std::string tunnels(const net::Layers& layers) {
  std::string out = "[";
  for (unsigned i = 0; i < layers.outers; ++i) {
    const net::Outer& o = layers.outer[i];
    Line t;
    t.text("type", std::string(net::kWrapLabels[static_cast<unsigned>(o.type)]));
    t.text("src_ip", address(o.src, o.family));
    t.text("dest_ip", address(o.dst, o.family));
    if (o.sport != 0 || o.dport != 0) {
      t.number("src_port", o.sport);
      t.number("dest_port", o.dport);
    }
    if (o.has_id != 0) t.number("id", o.id);
    out += (i > 0 ? "," : "") + t.close();
  }
  return out + ']';
}

void add_layers(Line& line, const net::Layers& layers) {
  if (layers.tags > 0) line.field("vlan", list(layers.tag, layers.tags));
  if (layers.labels > 0) line.field("mpls", list(layers.label, layers.labels));
  if (layers.has_pppoe != 0) line.number("pppoe", layers.pppoe);
  if (layers.outers > 0) line.field("tunnels", tunnels(layers));
}

std::string seen(const net::Trail& trail) {
  std::string out = "[";
  for (unsigned i = 0; i < trail.size; ++i) {
    const auto mark = net::kMarkLabels[static_cast<unsigned>(trail.step[i].mark)];
    out += std::string(i > 0 ? "," : "") + "[\"" + std::string(mark) + "\"," + std::to_string(trail.step[i].id) + ']';
  }
  return out + ']';
}

void add_flow(Line& line, const net::Row& row, const net::Key& key) {
  const bool swapped = (row.flags & net::kRowSwapped) != 0;
  const bool by_spi = key.proto == 50 || key.proto == 51;
  line.text("src", address(swapped ? key.b : key.a, key.family));
  line.text("dst", address(swapped ? key.a : key.b, key.family));
  if (by_spi) {
    line.number("spi", std::uint64_t{key.port_a} << 16 | key.port_b);
  } else {
    line.number("sport", swapped ? key.port_b : key.port_a);
    line.number("dport", swapped ? key.port_a : key.port_b);
  }
  if (key.space != 0) line.number("space", key.space);
  line.number("payload", row.payload);
  line.number("payload_len", row.payload_len);
  if (key.proto == 6) {
    line.number("tcp_flags", row.tcp_flags);
    line.number("seq", row.seq);
  }
  if (key.proto == 1 || key.proto == 58) {
    line.number("icmp_type", row.icmp_type);
    line.number("icmp_code", row.icmp_code);
  }
  line.number("queue_hash", net::queue_hash(key));
}

void print(std::uint64_t number, const net::Row& row, const net::Key& key, const net::Layers& layers, const net::Trail& trail) {
  Line line;
  line.number("n", number);
  line.text("fate", kFates[static_cast<unsigned>(row.fate)]);
  if (row.fate == net::Fate::error) {
    line.text("error", std::string(label(row.err)));
    line.text("layer", std::string(net::kLayerLabels[static_cast<unsigned>(row.layer)]));
  }
  if (row.fate == net::Fate::flow || row.fate == net::Fate::fragment) {
    line.number("proto", row.proto);
    line.number("ip_v", (row.flags & net::kRowV6) != 0 ? 6 : 4);
  }
  if (row.fate == net::Fate::flow) add_flow(line, row, key);
  add_layers(line, layers);
  if (trail.size > 0) line.field("ids", seen(trail));
  if ((row.flags & net::kRowReassembled) != 0) line.number("fragments", row.frames);
  if ((row.flags & net::kRowShort) != 0) line.field("short", "true");
  line.number("len", row.len);
  std::puts(line.close().c_str());
}

int dissect(const std::string& path, const net::ParseOptions& options) {
  std::string problem;
  const auto source = io::FileSource::open(path, {}, problem);
  if (source == nullptr) {
    std::fprintf(stderr, "dissect: %s\n", problem.c_str());
    return 1;
  }
  net::Frags frags;
  engine::Clock clock;
  net::Burst burst;
  std::uint64_t number = 0;
  while (source->pull(burst)) {
    std::uint32_t tick = 0;
    for (unsigned i = 0; i < burst.n; ++i) {
      net::Row& row = burst.row[i];
      net::Layers layers;
      net::Trail trail;
      ++number;
      tick = clock.tick(row.ts_ns);
      net::trace_headers(row, burst.key[i], options, layers, trail);
      print(number, row, burst.key[i], layers, trail);
      while (row.fate == net::Fate::fragment && frags.add(row, tick)) {
        net::trace_headers(row, burst.key[i], options, layers, trail);
        print(number, row, burst.key[i], layers, trail);
      }
    }
    frags.expire(tick);
    frags.recycle();
  }
  if (source->failure().empty()) return 0;
  std::fprintf(stderr, "dissect: %s\n", source->failure().c_str());
  return 1;
}

}  // namespace
}  // namespace pellucid

int main(int argc, char** argv) {
  pellucid::net::ParseOptions options;
  std::string path;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--help") return std::fputs(pellucid::kHelp, stdout) < 0 ? 1 : 0;
    if (word == "--ignore-vlan") {
      options.ignore_vlan = true;
    } else {
      path = word;
    }
  }
  if (path.empty()) {
    std::fputs(pellucid::kHelp, stderr);
    return 2;
  }
  return pellucid::dissect(path, options);
}

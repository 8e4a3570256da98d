#include "lib/export/eve.h"

#include <algorithm>

#include "lib/export/app.h"
#include "lib/export/eve_flow.h"
#include "lib/export/eve_http.h"
#include "lib/export/eve_quic.h"
#include "lib/export/text.h"

namespace pellucid::exporter {
namespace {

void write_ends(Json& json, const Head& h) noexcept {
  json.made("src_ip", [&](std::string& out) { write_address(out, address_of(h.src, h.family)); });
  if (has_ports(h.proto)) json.number("src_port", h.sport);
  json.made("dest_ip", [&](std::string& out) { write_address(out, address_of(h.dst, h.family)); });
  if (has_ports(h.proto)) json.number("dest_port", h.dport);
  json.made("proto", [&](std::string& out) { write_proto(out, h.proto); });
  json.number("ip_v", h.family);
  if (is_icmp(h.proto)) {
    json.number("icmp_type", h.icmp_type);
    json.number("icmp_code", h.icmp_code);
  }
  if (h.proto == kEsp || h.proto == kAh) json.number("spi", h.spi);
}

void write_vlan(Json& json, const net::Layers& layers) noexcept {
  if (layers.tags == 0) return;
  json.open_array("vlan");
  for (unsigned i = 0; i < std::min<unsigned>(layers.tags, net::kMaxTags); ++i) json.number(layers.tag[i]);
  json.close_array();
}

// EVE knows one tunnel: the wrapper next to the flow.
void write_tunnel(Json& json, const net::Layers& layers) noexcept {
  const unsigned outers = std::min<unsigned>(layers.outers, net::kMaxOuters);
  if (outers == 0) return;
  const net::Outer& o = layers.outer[outers - 1];
  json.open_object("tunnel");
  json.made("src_ip", [&](std::string& out) { write_address(out, address_of(o.src, o.family)); });
  json.number("src_port", o.sport);
  json.made("dest_ip", [&](std::string& out) { write_address(out, address_of(o.dst, o.family)); });
  json.number("dest_port", o.dport);
  json.made("proto", [&](std::string& out) { write_proto(out, o.proto); });
  json.number("depth", outers);
  json.close_object();
}

void write_layers(Json& json, const net::Layers& layers) noexcept {
  const unsigned outers = std::min<unsigned>(layers.outers, net::kMaxOuters);
  if (outers != 0) {
    json.open_array("tunnels");
    for (unsigned i = 0; i < outers; ++i) {
      const net::Outer& o = layers.outer[i];
      json.open_object();
      json.text("type", net::kWrapLabels[static_cast<std::size_t>(o.type)]);
      json.made("src_ip", [&](std::string& out) { write_address(out, address_of(o.src, o.family)); });
      json.made("dest_ip", [&](std::string& out) { write_address(out, address_of(o.dst, o.family)); });
      if (o.has_id != 0) json.number("id", o.id);
      json.close_object();
    }
    json.close_array();
  }
  if (layers.labels != 0) {
    json.open_array("mpls");
    for (unsigned i = 0; i < std::min<unsigned>(layers.labels, net::kMaxLabels); ++i) json.number(layers.label[i]);
    json.close_array();
  }
  if (layers.has_pppoe != 0) json.number("pppoe", layers.pppoe);
}

}  // namespace

Eve::Eve(EveOptions options, const crypto::Digests& digests, CertificateReader* certificates,
         const classify::Names* names) noexcept
    : options_(std::move(options)), digests_(digests), names_(names), tls_(digests, certificates) {}

void Eve::write(const View& v, std::string& out, const DecryptMore& more) noexcept {
  net::Layers copy;
  const net::Layers* layers = v.layers(copy) ? &copy : nullptr;
  Json json(out);
  Shown shown = Shown::all;
  json.open_object();
  write_common(json, v, layers);
  switch (v.head->kind) {
    case Kind::flow:
    case Kind::flow_update:
      json.text("app_proto", app_proto(*v.head, names_));
      write_flow(json, v);
      break;
    case Kind::tls:
      tls_.write(json, v);
      break;
    case Kind::dns:
      shown = write_dns(json, v);
      break;
    case Kind::mdns:
      shown = write_mdns(json, v);
      break;
    case Kind::http:
      write_http(json, v);
      break;
    case Kind::quic:
      write_quic(json, v, digests_);
      break;
    case Kind::decrypt:  // all of it is ours
    case Kind::text:     // never comes here: it is delivered
    case Kind::kCount:
      break;
  }
  write_own(json, v, layers, shown, more);
  json.close_object();
  out += '\n';
}

void Eve::write_common(Json& json, const View& v, const net::Layers* layers) noexcept {
  const Head& h = *v.head;
  json.made("timestamp", [&](std::string& out) { write_time(out, h.ts_ns); });
  json.number("flow_id", h.flow_id);
  write_place(json, h);
  json.text("event_type", kKindLabels[static_cast<std::size_t>(h.kind)]);
  if (layers != nullptr) write_vlan(json, *layers);
  write_ends(json, h);
  json.made("community_id", [&](std::string& out) { write_community_id(out, digests_, h); });
  if (layers != nullptr) write_tunnel(json, *layers);
}

void Eve::write_place(Json& json, const Head& h) noexcept {
  if (!options_.host.empty()) json.text("host", options_.host);
  if (h.iface < options_.interfaces.size() && !options_.interfaces[h.iface].empty()) {
    json.text("in_iface", options_.interfaces[h.iface]);
  } else if (!options_.pcap_filename.empty()) {
    json.text("pcap_filename", options_.pcap_filename);
  }
}

void Eve::write_own(Json& json, const View& v, const net::Layers* layers, Shown shown, const DecryptMore& more) noexcept {
  const Head& h = *v.head;
  json.open_object("pellucid");
  write_app(json, h, names_);
  json.text("level", policy::label(h.level));
  json.number("policy_generation", h.generation);
  if (h.rule != kNoRule && policy_ != nullptr && static_cast<std::uint32_t>(policy_->generation()) == h.generation) {
    json.text("rule", policy_->name_of(h.rule));
  }
  if (h.sampled > 1) json.number("sampled", h.sampled);
  bool assumed = (h.flags & kHeadAssumed) != 0;
  bool incomplete = (h.flags & kHeadIncomplete) != 0 || shown == Shown::some;
  if (h.kind == Kind::flow || h.kind == Kind::flow_update) {
    const FlowBody& body = v.as<FlowBody>();
    assumed |= (body.flags & flow::kFlowAssumed) != 0;
    incomplete |= (body.flags & flow::kFlowIncomplete) != 0;
    write_flow_own(json, v);
  }
  if (assumed) json.text("direction", "assumed");
  if (incomplete) json.yes("incomplete");
  if (layers != nullptr) write_layers(json, *layers);
  if (h.kind == Kind::tls) tls_.write_own(json, v);
  if (h.kind == Kind::quic) write_quic_own(json, v);
  if (h.kind == Kind::mdns) write_mdns_own(json, v);
  if (h.kind == Kind::decrypt) write_decrypt_own(json, v, grants_, more);
  if (options_.lab) json.yes("lab");
  json.close_object();
}

}  // namespace pellucid::exporter

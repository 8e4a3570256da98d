#include "lib/export/conversation.h"

#include <algorithm>

#include "lib/export/packet_text.h"

namespace pellucid::exporter {

void Conversations::begin_file(std::string_view comment, std::string& out) {
  ++file_;
  write_section(comment, out);
}

void Conversations::add(const View& text, std::string& out) {
  const TextBody& body = text.as<TextBody>();
  const bool known = by_flow_.contains(text.head->flow_id);
  if (body.last != 0) {
    if (known) close(by_flow_[text.head->flow_id], out);
    return;
  }
  Conversation& c = find(*text.head, out);
  c.last_ns = std::max(c.last_ns, text.head->ts_ns);
  if (c.file != file_) shake_hands(c, out);
  const unsigned from = body.dir & 1;
  // An offset that lies behind what was written would be a second telling of the same octets: it is taken for what comes next.
  const std::uint64_t gap = body.offset > c.expected[from] ? body.offset - c.expected[from] : 0;
  c.next[from] += static_cast<std::uint32_t>(std::min<std::uint64_t>(gap, kMaxGap));
  Bytes rest = text.part(Part::text);
  c.expected[from] = std::max(body.offset, c.expected[from]) + rest.size();
  while (!rest.empty()) {
    const Bytes piece = rest.first(std::min(rest.size(), kMaxSegment));
    rest = rest.subspan(piece.size());
    const std::uint8_t flags = rest.empty() ? kTcpAck | kTcpPush : kTcpAck;
    write_segment(c.head, {from, flags, c.next[from], c.next[from ^ 1], c.last_ns}, piece, {}, out);
    c.next[from] += static_cast<std::uint32_t>(piece.size());
  }
  write_segment(c.head, {from ^ 1, kTcpAck, c.next[from ^ 1], c.next[from], c.last_ns}, {}, {}, out);
}

Conversations::Conversation& Conversations::find(const Head& head, std::string& out) {
  const auto known = by_flow_.find(head.flow_id);
  if (known != by_flow_.end()) {
    silent_.splice(silent_.end(), silent_, known->second);
    return *known->second;
  }
  if (silent_.size() == kMaxConversations) close(silent_.begin(), out);
  // First numbers differ from session to session, so that ends which meet again make another conversation.
  const auto low = static_cast<std::uint32_t>(head.flow_id), high = static_cast<std::uint32_t>(head.flow_id >> 32);
  silent_.push_back({head, 0, head.ts_ns, {0, 0}, {low, low ^ high ^ 0x5bd1e995}});
  by_flow_[head.flow_id] = std::prev(silent_.end());
  return silent_.back();
}

// Ends with the next numbers as they stand: a conversation that goes on in a new file begins there with what comes next.
void Conversations::shake_hands(Conversation& c, std::string& out) const {
  c.file = file_;
  const std::uint32_t client = c.next[0] - 1, server = c.next[1] - 1;
  write_segment(c.head, {0, kTcpSyn, client, 0, c.last_ns}, {}, "rebuilt from the plaintext of an opened session", out);
  write_segment(c.head, {1, kTcpSyn | kTcpAck, server, c.next[0], c.last_ns}, {}, {}, out);
  write_segment(c.head, {0, kTcpAck, c.next[0], c.next[1], c.last_ns}, {}, {}, out);
}

void Conversations::end(Conversation& c, std::string& out) const {
  if (c.file != file_) return;  // nothing of it stands in this file
  write_segment(c.head, {0, kTcpFin | kTcpAck, c.next[0], c.next[1], c.last_ns}, {}, {}, out);
  write_segment(c.head, {1, kTcpFin | kTcpAck, c.next[1], c.next[0] + 1, c.last_ns}, {}, {}, out);
  write_segment(c.head, {0, kTcpAck, c.next[0] + 1, c.next[1] + 1, c.last_ns}, {}, {}, out);
}

void Conversations::close(Silent::iterator at, std::string& out) {
  end(*at, out);
  by_flow_.erase(at->head.flow_id);
  silent_.erase(at);
}

}  // namespace pellucid::exporter

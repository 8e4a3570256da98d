#include "lib/export/record.h"

#include "lib/base/check.h"

namespace pellucid::exporter {

View read_record(Bytes message) noexcept {
  CHECK(message.size() >= sizeof(Head));
  const Head* head = reinterpret_cast<const Head*>(message.data());  // the ring aligns messages to 8, as Head wants
  CHECK(head->size == message.size() && head->kind < Kind::kCount);
  const std::size_t body = body_size(head->kind);
  CHECK(message.size() - sizeof(Head) >= body);
  return {head, message.subspan(sizeof(Head), body), message.subspan(sizeof(Head) + body)};
}

FoundPart View::find(Part wanted) const noexcept {
  for (Bytes rest = tail; !rest.empty();) {
    PartHead part;
    CHECK(rest.size() >= sizeof part);
    std::memcpy(&part, rest.data(), sizeof part);
    const std::size_t whole = sizeof part + padded(part.size);
    CHECK(rest.size() >= whole);
    if (part.part == wanted) return {rest.subspan(sizeof part, part.size), part.cut != 0};
    rest = rest.subspan(whole);
  }
  return {};
}

Bytes View::part(Part wanted) const noexcept { return find(wanted).bytes; }

bool View::layers(net::Layers& out) const noexcept {
  const Bytes bytes = part(Part::layers);
  if (bytes.size() != sizeof out) return false;
  std::memcpy(&out, bytes.data(), sizeof out);
  return true;
}

}  // namespace pellucid::exporter

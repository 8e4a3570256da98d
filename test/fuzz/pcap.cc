// Any octets as a capture: read at once and in pieces they must give the same frames, each inside what was given.
#include "lib/net/pcap.h"

#include <memory>
#include <vector>

#include "lib/base/check.h"

namespace {

using pellucid::Bytes;
using pellucid::Err;
using namespace pellucid::net;

struct Outcome {
  std::uint64_t frames = 0;
  std::uint64_t digest = 14695981039346656037u;  // FNV-1a over all that rows tell
  Err err = Err::none;
  std::uint64_t offset = 0;
  std::uint64_t secrets = 0;
  std::uint64_t given = 14695981039346656037u;  // likewise, over all that secrets blocks hold
};

void mix(std::uint64_t& digest, std::uint64_t v) { digest = (digest ^ v) * 1099511628211u; }

void check_row(const Row& row, Bytes view, const PcapReader& reader, Outcome& out) {
  CHECK(row.frame >= view.data() && row.frame + row.len <= view.data() + view.size());
  CHECK(row.len <= PcapReader::kMaxFrame && row.len <= row.wire_len);
  CHECK(row.iface < reader.interfaces().size());
  CHECK(((row.flags & kRowShort) != 0) == (row.len < row.wire_len));
  CHECK(row.frames == 1);
  ++out.frames;
  mix(out.digest, row.ts_ns);
  mix(out.digest, row.wire_len);
  mix(out.digest, row.iface);
  mix(out.digest, static_cast<std::uint64_t>(row.link));
  for (const std::uint8_t octet : row.bytes()) mix(out.digest, octet);
}

struct Taker final : SecretsTaker {
  explicit Taker(Outcome& to) : out(to) {}
  void take(const SecretsPiece& piece) noexcept override {
    CHECK(!piece.bytes.empty() && piece.offset == next && piece.offset + piece.bytes.size() <= piece.size);
    next = piece.offset + static_cast<std::uint32_t>(piece.bytes.size());
    if (next == piece.size) next = 0;
    if (piece.offset == 0) mix(out.given, piece.type);
    for (const std::uint8_t octet : piece.bytes) mix(out.given, octet);
  }
  Outcome& out;
  std::uint32_t next = 0;
};

// The view is a copy of its own, so that reading beyond it is seen.
Outcome read_all(Bytes file, std::size_t step) {
  static const auto reader = std::make_unique<PcapReader>();
  static const auto burst = std::make_unique<Burst>();
  *reader = PcapReader();
  Outcome out;
  Taker taker(out);
  reader->give_secrets_to(&taker);
  std::size_t begin = 0;
  std::size_t end = std::min(step, file.size());
  bool begun = false;
  for (;;) {
    const std::vector<std::uint8_t> view(file.begin() + static_cast<std::ptrdiff_t>(begin),
                                         file.begin() + static_cast<std::ptrdiff_t>(end));
    Bytes unread(view);
    burst->n = 0;
    out.err = begun ? Err::none : reader->begin(unread);
    begun = begun || out.err == Err::none;
    if (begun) out.err = reader->read(unread, *burst);
    CHECK(burst->n <= kBurst && unread.size() <= view.size());
    CHECK(out.err != Err::none || burst->n == kBurst);
    for (std::uint32_t i = 0; i < burst->n; ++i) check_row(burst->row[i], view, *reader, out);
    begin = end - unread.size();
    CHECK(!begun || reader->offset() == begin);
    if (out.err == Err::more) {
      CHECK(reader->want() > unread.size() && reader->want() <= PcapReader::kMaxWant);
      if (end == file.size()) {
        out.err = reader->end(unread);
        break;
      }
      end += std::min(step, file.size() - end);
    } else if (out.err != Err::none) {
      break;
    }
  }
  out.offset = reader->offset();
  out.secrets = reader->secrets();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = data[0] + std::size_t{1};  // the first octet is how much comes at once
  const Bytes file = Bytes(data, size).subspan(1);
  const Outcome whole = read_all(file, file.size() + 1);
  const Outcome pieces = read_all(file, step);
  CHECK(whole.frames == pieces.frames && whole.digest == pieces.digest);
  CHECK(whole.err == pieces.err && whole.offset == pieces.offset && whole.secrets == pieces.secrets);
  CHECK(whole.given == pieces.given);
  CHECK(whole.offset <= file.size());
  return 0;
}

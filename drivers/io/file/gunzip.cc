#include "drivers/io/file/gunzip.h"

#include "lib/base/check.h"

#include <algorithm>

#include <zlib.h>

namespace pellucid::io {

Gunzip::Gunzip() : z_(std::make_unique<z_stream>()) {
  constexpr int kGzipOnly = 16;  // added to the window bits
  CHECK(inflateInit2(z_.get(), kGzipOnly + MAX_WBITS) == Z_OK);
}
Gunzip::~Gunzip() { static_cast<void>(inflateEnd(z_.get())); }

bool Gunzip::begins(Bytes bytes) noexcept {
  return bytes.size() >= kMagic && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == Z_DEFLATED;
}

std::size_t Gunzip::inflate(Bytes& in, MutBytes out) noexcept {
  if (state_ == State::between && !next_member(in)) return 0;
  if (state_ == State::damaged) return 0;
  z_->next_in = const_cast<Bytef*>(in.data());  // zlib reads it only; its field is older than const
  z_->avail_in = static_cast<uInt>(in.size());
  z_->next_out = out.data();
  z_->avail_out = static_cast<uInt>(out.size());
  const int result = ::inflate(z_.get(), Z_NO_FLUSH);
  in = in.last(z_->avail_in);
  if (result == Z_STREAM_END) {
    state_ = State::between;
  } else if (result != Z_OK && result != Z_BUF_ERROR) {
    damage(z_->msg != nullptr ? z_->msg : "unreadable gzip data");
  }
  return out.size() - z_->avail_out;
}

bool Gunzip::next_member(Bytes& in) noexcept {
  if (!first_)
    in = in.subspan(static_cast<std::size_t>(std::ranges::find_if(in, [](auto octet) { return octet != 0; }) - in.begin()));
  if (in.empty()) return false;
  constexpr std::uint8_t kFirstOctet = 0x1f;
  if (in[0] != kFirstOctet) {
    damage("bytes that are not gzip follow its end");
    return false;
  }
  if (!first_ && inflateReset(z_.get()) != Z_OK) damage("zlib cannot go on");
  first_ = false;
  if (state_ == State::between) state_ = State::inside;
  return state_ == State::inside;
}

void Gunzip::damage(const char* what) noexcept {
  state_ = State::damaged;
  what_ = what;
}

}  // namespace pellucid::io

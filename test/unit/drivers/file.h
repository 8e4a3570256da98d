// What tests of the file source share: captures, gzip, a folder of their own, a reader to the end.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "drivers/io/file/source.h"

namespace pellucid::io {

inline constexpr std::uint64_t kSecond = 1'000'000'000;

inline std::string capture(unsigned frames, std::size_t frame_size = 60) {
  std::array<std::uint8_t, net::kPcapHeader> header;
  std::array<std::uint8_t, net::kPcapRecordHeader> record;
  net::write_pcap_header(header, 1);
  std::string out(as_text(header));
  for (unsigned i = 0; i < frames; ++i) {
    const auto size = static_cast<std::uint32_t>(frame_size);
    net::write_pcap_record(record, {100 * kSecond + i * kSecond, size, size});
    out += as_text(record);
    out += std::string(frame_size, static_cast<char>('a' + i % 26));
  }
  return out;
}

inline std::string gzip(std::string_view plain) {
  std::string out(plain.size() + 1024, '\0');
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  z.avail_in = static_cast<uInt>(plain.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/pellucid-file-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() {
    for (const std::string& f : files_) std::remove(f.c_str());
    std::remove(path_.c_str());
  }
  const std::string& path() const { return path_; }
  std::string file(const std::string& name, std::string_view bytes) {
    const std::string full = path_ + "/" + name;
    std::ofstream(full, std::ios::binary) << bytes;
    files_.push_back(full);
    return full;
  }

 private:
  std::string path_;
  std::vector<std::string> files_;
};

struct Outcome {
  std::string problem;
  std::vector<std::string> frames;
  std::vector<std::uint64_t> times;
  std::string failure;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_whole = 0;
};

inline Outcome read_all(const std::string& path, const FileOptions& options = {}) {
  Outcome out;
  const auto source = FileSource::open(path, options, out.problem);
  if (source == nullptr) {
    EXPECT_FALSE(out.problem.empty());
    EXPECT_EQ(out.problem.find('\n'), std::string::npos);
    return out;
  }
  EXPECT_EQ(out.problem, "");
  const auto burst = std::make_unique<net::Burst>();
  while (source->pull(*burst)) {
    for (std::uint32_t i = 0; i < burst->n; ++i) {
      out.frames.emplace_back(as_text(burst->row[i].bytes()));
      out.times.push_back(burst->row[i].ts_ns);
    }
  }
  EXPECT_FALSE(source->pull(*burst));  // the end stays the end
  EXPECT_EQ(source->frames(), out.frames.size());
  out.failure = source->failure();
  out.bytes_read = source->bytes_read();
  out.bytes_whole = source->bytes_whole();
  return out;
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace pellucid::io

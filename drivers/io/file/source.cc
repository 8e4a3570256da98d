#include "drivers/io/file/source.h"

#include "drivers/io/file/words.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pellucid::io {
namespace {

constexpr std::size_t kSlack = net::PcapReader::kMaxWant;

int open_file(const std::string& path) noexcept {
  if (path == "-") return ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
}
bool is_directory(int fd) noexcept {
  struct stat about {};
  return ::fstat(fd, &about) == 0 && S_ISDIR(about.st_mode);
}

}  // namespace

FileSource::FileSource(std::string name, int fd, const FileOptions& options)
    : name_(std::move(name)),
      input_(fd),
      reader_(std::make_unique<net::PcapReader>()),
      buffer_(kSlack + kBlock),
      bytes_whole_(input_.size_bytes() * options.repeat),
      taker_(options.secrets),
      passes_left_(options.repeat - 1) {
  reader_->give_secrets_to(taker_);
}

std::unique_ptr<FileSource> FileSource::open(const std::string& path, const FileOptions& options, std::string& problem) {
  CHECK(options.repeat > 0);
  const std::string name = path == "-" ? "standard input" : shown(path);
  const int fd = open_file(path);
  if (fd < 0) {
    problem = name + ": " + refusal(errno);
    return nullptr;
  }
  std::unique_ptr<FileSource> source(new FileSource(name, fd, options));  // the constructor is private
  problem = is_directory(fd) ? refusal(EISDIR) : source->begin();
  if (problem.empty()) return source;
  problem = name + ": " + problem;
  return nullptr;
}

// Everything that is known at once: says what is wrong, or nothing.
std::string FileSource::begin() {
  if (passes_left_ > 0 && !input_.can_rewind()) return "cannot be read again; to repeat, give a regular file";
  Input::State state = Input::State::later;
  while (state == Input::State::later) state = input_.begin().state;
  for (;;) {  // ends: each turn brings octets or gives up
    if (state == Input::State::interrupted) return "interrupted before a capture began";
    if (state == Input::State::failed) return input_.what();
    const Err e = reader_->begin(unread_);
    if (e == Err::none) return {};
    if (e == Err::not_mine) return not_a_capture(unread_);
    if (e != Err::more) return std::string("cannot be read: ") + std::string(reason(e));
    if (state == Input::State::end && unread_.empty()) return "is empty; a capture begins with a pcap or pcapng header";
    if (state == Input::State::end) return not_a_capture(unread_) + " (it is cut inside the file header)";
    state = refill();
  }
}

bool FileSource::pull(net::Burst& burst) noexcept {
  burst.n = 0;
  while (!ended_) {  // ends: each turn brings rows or octets, or ends the pass
    const Err e = reader_->read(unread_, burst);
    if (burst.n > 0) {
      shift_times(burst);
      return true;
    }
    if (e != Err::more) return stop(reason(e), reader_->offset());
    const Input::State state = refill();
    if (state == Input::State::later || state == Input::State::interrupted) return true;
    if (state == Input::State::failed) return stop(input_.what(), reader_->offset() + unread_.size());
    if (state == Input::State::end && !next_pass()) return false;
  }
  return false;
}

// Moves what is left of the last block in front of the place where blocks go, and reads the next one.
Input::State FileSource::refill() noexcept {
  CHECK(unread_.size() <= kSlack);
  std::uint8_t* const block = buffer_.at + kSlack;
  std::uint8_t* const begin = block - unread_.size();
  if (!unread_.empty()) std::memmove(begin, unread_.data(), unread_.size());
  const Input::Got got = input_.read({block, kBlock});
  unread_ = {begin, unread_.size() + got.size};
  return got.state;
}

bool FileSource::next_pass() noexcept {
  const Err e = reader_->end(unread_);
  if (e != Err::none) return stop(reason(e), reader_->offset());
  ended_ = passes_left_ == 0 || pass_frames_ == 0;
  if (ended_) return false;
  if (!input_.rewind()) return stop(input_.what(), 0);
  --passes_left_;
  pass_frames_ = 0;
  shift_ns_ += (last_ns_ > first_ns_ ? last_ns_ - first_ns_ : 0) + kGapNs;
  *reader_ = net::PcapReader();
  reader_->give_secrets_to(taker_);
  unread_ = {};
  Err begun = Err::more;
  while (begun == Err::more) {  // the file may have changed since: it is judged like any other
    if (refill() != Input::State::data) break;
    begun = reader_->begin(unread_);
  }
  return begun == Err::none || stop("the file changed while it was read", 0);
}

void FileSource::shift_times(net::Burst& burst) noexcept {
  if (frames_ == 0) first_ns_ = burst.row[0].ts_ns;
  if (shift_ns_ == 0) {
    last_ns_ = burst.row[burst.n - 1].ts_ns;
  } else {
    for (std::uint32_t i = 0; i < burst.n; ++i) burst.row[i].ts_ns += shift_ns_;
  }
  frames_ += burst.n;
  pass_frames_ += burst.n;
}

bool FileSource::stop(std::string_view why, std::uint64_t offset) noexcept {
  ended_ = true;
  failure_ = name_ + ": offset " + std::to_string(offset) + (input_.packed() ? " of the unpacked data: " : ": ");
  failure_.append(why) += "; " + std::to_string(frames_) + " packets before it were read";
  return false;
}

std::vector<std::string> FileSource::interface_names() const {
  std::vector<std::string> names;
  for (const net::Interface& i : interfaces()) names.push_back(shown(i.name()));
  return names;
}

}  // namespace pellucid::io

#include "drivers/out/pcapng/deliveries.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "lib/base/secret.h"

namespace pellucid::pcapng {

namespace {

class Clear final : public exporter::Envelope {
 public:
  explicit Clear(int fd) : fd_(fd) {}
  ~Clear() override { static_cast<void>(close()); }

  bool write(Bytes bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
  }
  bool close() override {
    const int fd = std::exchange(fd_, -1);
    return fd < 0 || ::close(fd) == 0;
  }

 private:
  int fd_;
};

std::unique_ptr<exporter::Envelope> open_clear(const std::string& path, std::string& problem) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) return std::make_unique<Clear>(fd);
  problem = path + ": " + std::strerror(errno);
  return nullptr;
}

}  // namespace

bool Deliveries::fail(Known& known, std::string why) {
  if (failure_.empty()) failure_ = std::move(why);
  known.broken = true;
  known.file.reset();
  return false;
}

bool Deliveries::open(Known& known) {
  const Delivery& d = known.delivery;
  const bool sealed = !d.recipients.empty();
  std::string path, problem;
  // What an earlier run has left is never touched.
  do {
    path = folder_ + "/" + d.name + "-" + std::to_string(++known.files) + (sealed ? ".pcapng.p7m" : ".pcapng");
  } while (::access(path.c_str(), F_OK) == 0);
  known.file = sealed ? sealer_.seal(path, d.recipients, problem) : open_clear(path, problem);
  if (known.file == nullptr) return fail(known, problem + "; what was opened is not delivered");
  known.written = 0;
  known.conversations.begin_file(d.comment, out_);
  return put(known);
}

bool Deliveries::put(Known& known) {
  const bool written = known.file->write(as_bytes(out_));
  known.written += out_.size();
  wipe(out_.data(), out_.size());
  out_.clear();
  return written || fail(known, folder_ + "/" + known.delivery.name + ": " + std::strerror(errno) +
                                    "; what is opened from here on is not delivered");
}

bool Deliveries::deliver(const exporter::View& text) noexcept {
  const auto at = known_.find(text.as<exporter::TextBody>().delivery);
  if (at == known_.end() || at->second.broken) return false;
  Known& known = at->second;
  if (known.file != nullptr && known.written >= kMaxFile) {
    if (!known.file->close()) return fail(known, folder_ + "/" + known.delivery.name + ": the file is not whole");
    known.file.reset();
  }
  if (known.file == nullptr && !open(known)) return false;
  known.conversations.add(text, out_);
  return put(known);
}

void Deliveries::close() noexcept {
  for (auto& [number, known] : known_) {
    if (known.file != nullptr && !known.file->close()) {
      fail(known, folder_ + "/" + known.delivery.name + ": the last file is not whole; is the disk full?");
    }
    known.file.reset();
  }
}

}  // namespace pellucid::pcapng

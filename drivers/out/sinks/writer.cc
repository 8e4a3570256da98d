#include "drivers/out/sinks/writer.h"

#include <chrono>

#include <pthread.h>
#include <unistd.h>

#include "drivers/out/sinks/socket.h"
#include "drivers/out/sinks/stream.h"

namespace pellucid::sinks {
namespace {

constexpr std::chrono::milliseconds kNap{2};  // where nothing waits

std::uint64_t now_ns() noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
}

}  // namespace

std::unique_ptr<Writer> Writer::to_file(WriterOptions options, FileOptions file) {
  std::string path = file.path;
  auto target = std::make_unique<File>(std::move(file));
  const File* const as_file = target.get();
  return std::make_unique<Writer>(std::move(options), "file", std::move(path), std::move(target), as_file);
}

std::unique_ptr<Writer> Writer::to_standard_output(WriterOptions options) {
  return std::make_unique<Writer>(std::move(options), "stdout", "standard output", std::make_unique<Stream>(STDOUT_FILENO));
}

std::unique_ptr<Writer> Writer::to_socket(WriterOptions options, std::string path) {
  auto target = std::make_unique<Socket>(path);
  return std::make_unique<Writer>(std::move(options), "socket", std::move(path), std::move(target));
}

Writer::Writer(WriterOptions options, std::string_view type, std::string where, std::unique_ptr<exporter::Target> target,
               const File* file)
    : options_(std::move(options)),
      type_(type),
      where_(std::move(where)),
      outlet_(options_.queue_bytes),
      target_(std::move(target)),
      file_(file),
      pump_(outlet_, *target_) {
  static_cast<void>(pump_.turn(now_ns()));
  note();
}

void Writer::start() {
  thread_ = std::thread([this] { run(); });
}

void Writer::run() noexcept {
  pthread_setname_np(pthread_self(), ("sink " + options_.name).substr(0, 15).c_str());
  for (;;) {
    // Asked before the queue is looked at: nothing can come after it.
    const std::uint64_t stop_at = stop_at_ns_.load(std::memory_order_acquire);
    if (reopen_.exchange(false, std::memory_order_relaxed)) pump_.reopen();
    const std::uint64_t now = now_ns();
    const auto moved = pump_.turn(now);
    note();
    if (stop_at != 0 && (now >= stop_at || outlet_.front().empty())) break;
    if (moved == exporter::Pump::Turn::idle) std::this_thread::sleep_for(kNap);
  }
  outlet_.drop_rest(exporter::Loss::closing);
}

// Another thread may ask at any time; the lock is taken only where something has changed.
void Writer::note() noexcept {
  const auto trouble = pump_.trouble();
  std::string failure = trouble ? target_->failure() : failure_;
  if (trouble == trouble_ && failure == failure_) return;  // only this thread changes them
  const std::lock_guard guard(lock_);
  if (trouble && !trouble_) ++failures_;
  trouble_ = trouble;
  failure_ = std::move(failure);
}

void Writer::finish(std::uint64_t within_ns) noexcept { stop_at_ns_.store(now_ns() + within_ns, std::memory_order_release); }

void Writer::join() noexcept {
  if (thread_.joinable()) thread_.join();
}

exporter::SinkState Writer::state() const {
  exporter::SinkState s;
  s.name = options_.name;
  s.type = type_;
  s.where = where_;
  s.counts = outlet_.counts();
  if (file_ != nullptr) {
    s.rotations = file_->rotations();
    s.mended_lines = file_->mended_lines();
  }
  const std::lock_guard guard(lock_);
  s.trouble = trouble_;
  s.failure = failure_;
  s.failures = failures_;
  return s;
}

}  // namespace pellucid::sinks

// Helpers for tests of sinks: a directory of their own, a small disk of their own, and what stands in files. One thread.
#pragma once
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <sys/mount.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "drivers/out/sinks/rotated.h"

namespace pellucid::sinks {

namespace fs = std::filesystem;

struct Place : testing::Test {
  fs::path dir;
  bool mounted = false;

  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sinks-XXXXXX").string();
    dir = mkdtemp(name.data());
  }
  void TearDown() override {
    if (mounted) ::umount2(dir.c_str(), MNT_DETACH);
    fs::remove_all(dir);
  }
  std::string path() const { return (dir / "eve.jsonl").string(); }

  // A disk of so many KiB over `dir`; needs the right to mount.
  bool small_disk(unsigned kib) {
    mounted = ::mount("tmpfs", dir.c_str(), "tmpfs", 0, ("size=" + std::to_string(kib) + "k").c_str()) == 0;
    return mounted;
  }
  static std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return (std::ostringstream() << in.rdbuf()).str();
  }
  std::string all_content() const {
    std::string all;
    for (const auto& name : rotated_files(path())) all += content(name);
    return all + content(path());
  }
};

inline std::string numbered(unsigned from, unsigned to, std::size_t pad = 0) {
  std::string text;
  for (unsigned i = from; i < to; ++i) text += "{\"line\":" + std::to_string(i) + std::string(pad, ' ') + "}\n";
  return text;
}

// Waits until something holds; tests say what follows from it, never how long it took.
template <class Holds>
bool wait_until(Holds&& holds) {
  for (unsigned i = 0; i < 20'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace pellucid::sinks

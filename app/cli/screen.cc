#include "app/cli/screen.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

namespace pellucid::app {

namespace {

std::atomic<bool> ended{false};

void on_end(int) { ended.store(true, std::memory_order_relaxed); }
void on_resize(int) {}  // it interrupts poll(), which is all that is wanted

void say(const char* text) {
  std::fputs(text, stdout);
  std::fflush(stdout);
}

// The first `rows` lines, each cut to the width; what was there before is wiped.
std::string page(const std::string& text, unsigned rows, unsigned columns) {
  std::string out = "\033[H";
  std::size_t at = 0;
  for (unsigned row = 0; row < rows && at < text.size(); ++row) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += text.substr(at, std::min<std::size_t>(end - at, columns)) + "\033[K";
    at = end + 1;
    if (row + 1 < rows) out += "\r\n";
  }
  return out + "\033[J";
}

}  // namespace

Screen::Screen() {
  tcgetattr(STDIN_FILENO, &before_);
  struct sigaction act {};
  act.sa_handler = on_end;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &act, nullptr);
  act.sa_handler = on_resize;
  sigaction(SIGWINCH, &act, nullptr);
  termios now = before_;
  now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  tcsetattr(STDIN_FILENO, TCSANOW, &now);
  say("\033[?1049h\033[?25l");
}

Screen::~Screen() {
  say("\033[?25h\033[?1049l");
  tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

void Screen::draw(const std::string& text) {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) size.ws_row = 24, size.ws_col = 80;
  say(page(text, size.ws_row, size.ws_col).c_str());
}

bool Screen::wait(unsigned milliseconds) {
  if (ended.load(std::memory_order_relaxed)) return false;
  pollfd key{STDIN_FILENO, POLLIN, 0};
  if (poll(&key, 1, static_cast<int>(milliseconds)) > 0) {
    char c = 0;
    if (read(STDIN_FILENO, &c, 1) <= 0 || c == 'q') return false;
  }
  return !ended.load(std::memory_order_relaxed);
}

}  // namespace pellucid::app

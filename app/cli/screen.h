// Screen: the terminal while `top` has it: a page of its own, keys without Enter, and everything as before when it ends,
// however it ends. Main's thread; signals only set a flag.
#pragma once
#include <termios.h>

#include <string>

namespace pellucid::app {

class Screen {
 public:
  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void draw(const std::string& text);  // as much of it as the window has room for
  // Waits so long, or until the window's size changes. False: the user wants no more (q, ^C, or a signal).
  bool wait(unsigned milliseconds);

 private:
  termios before_{};
};

}  // namespace pellucid::app

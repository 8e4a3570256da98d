// Sink: where finished text goes, in whole lines. A driver implements it; the exporter thread owns it.
#pragma once
#include <string>
#include <string_view>

namespace pellucid::exporter {

class Sink {
 public:
  virtual ~Sink() = default;
  // Takes whole lines. False: nothing more can be written, now or later; failure() or closed() says why.
  virtual bool write(std::string_view lines) noexcept = 0;
  virtual bool flush() noexcept = 0;
  virtual bool closed() const noexcept = 0;  // the reader went away (a pipe's other end): no fault, nobody is told
  virtual std::string failure() const = 0;   // empty, or one line: what, where, what to do
};

}  // namespace pellucid::exporter

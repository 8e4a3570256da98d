// What the tests of the nDPI driver share: labels as ndpiReader prints them.
#pragma once
#include <string>

#include "drivers/dpi/ndpi/dpi.h"

namespace pellucid::dpi {

inline const NdpiNames& names() {
  static const NdpiNames all;
  return all;
}
inline std::string named(const classify::Label& l) {
  const std::string master(names().protocol(l.master));
  return l.app == l.master ? master : master + "." + std::string(names().protocol(l.app));
}
inline std::string confidence(const classify::Label& l) {
  return std::string(classify::kConfidenceLabels[static_cast<unsigned>(l.confidence)]);
}

}  // namespace pellucid::dpi

// What pools and rings are told where no fault test is linked: its own answer is found first.
#include "lib/base/refuse.h"

bool pellucid::refuse(Refusal /*what*/, const void* /*who*/) noexcept { return false; }

// Words: what a FileSource says to a person. Pure functions, any thread.
#pragma once
#include <string>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/err.h"

namespace pellucid::io {

// A file's or interface's name as it may stand on a terminal: control characters (C0, DEL, C1) become \xHH.
std::string shown(std::string_view name);
// Why a file cannot be opened, from errno, and what to do about it.
std::string refusal(int error);
// Why these first octets of a file are no capture, and what to do about it.
std::string not_a_capture(Bytes first);
// Why a capture cannot be read on.
std::string_view reason(Err e) noexcept;

}  // namespace pellucid::io

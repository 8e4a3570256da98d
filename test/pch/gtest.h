// What nearly every unit test includes, compiled once a program: gtest alone is half of a small test's compile time.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

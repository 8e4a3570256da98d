// Result<T>: a value, or the reason why there is none; it cannot be ignored. A value type, any thread.
#pragma once
#include <type_traits>

#include "lib/base/err.h"

namespace pellucid {

template <class T>
class [[nodiscard]] Result {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  constexpr Result(const T& value) noexcept : value_(value) {}  // NOLINT: implicit, so that `return value;` reads well
  constexpr Result(Err err) noexcept : err_(err) {}             // NOLINT
  constexpr explicit operator bool() const noexcept { return err_ == Err::none; }
  constexpr Err err() const noexcept { return err_; }
  constexpr const T& operator*() const noexcept { return value_; }
  constexpr const T* operator->() const noexcept { return &value_; }

 private:
  T value_{};
  Err err_ = Err::none;
};

}  // namespace pellucid

#include "lib/base/when.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace pellucid {

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kLongest = 3'660 * kDay;
constexpr std::int64_t kLastMoment = 253'402'300'799;  // 9999-12-31T23:59:59Z

struct Date {
  int year, month, day;
};

// Days since 1970-01-01 of the Gregorian calendar; its 400 years have 146,097 days, and a year that begins in March ends with
// the day that leap years add.
constexpr std::int64_t days_of(Date d) noexcept {
  const std::int64_t year = d.month <= 2 ? d.year - 1 : d.year;
  const std::int64_t month = (d.month + 9) % 12;
  return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + d.day - 1 - 719'468;
}
static_assert(days_of({1970, 1, 1}) == 0 && days_of({2000, 3, 1}) == 11'017);

constexpr int length_of(int year, int month) noexcept {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

Date date_of(std::int64_t days) noexcept {
  int year = 1970 + static_cast<int>(days / 366);  // never too late
  while (days_of({year + 1, 1, 1}) <= days) ++year;
  int month = 12;
  while (days_of({year, month, 1}) > days) --month;
  return {year, month, static_cast<int>(days - days_of({year, month, 1})) + 1};
}

void put(std::string& out, int number, unsigned width) {
  const std::string digits = std::to_string(number);
  out.append(width - std::min<std::size_t>(width, digits.size()), '0').append(digits);
}

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array<Unit, 4> kUnits{{{'d', kDay}, {'h', 3'600}, {'m', 60}, {'s', 1}}};

}  // namespace

bool read_moment(std::string_view text, std::int64_t& seconds) noexcept {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kForm.size()) return false;
  int fields[6] = {};
  std::size_t field = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kForm[i] == 'd') {
      if (text[i] < '0' || text[i] > '9') return false;
      fields[field] = fields[field] * 10 + (text[i] - '0');
    } else {
      if (text[i] != kForm[i]) return false;
      ++field;
    }
  }
  const auto [year, month, day, hour, minute, second] = fields;
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > length_of(year, month)) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  seconds = days_of({year, month, day}) * kDay + hour * 3'600 + minute * 60 + second;
  return true;
}

std::string write_moment(std::int64_t seconds) {
  seconds = std::clamp<std::int64_t>(seconds, 0, kLastMoment);
  const Date d = date_of(seconds / kDay);
  const auto rest = static_cast<int>(seconds % kDay);
  const struct {
    int number;
    unsigned width;
    char end;
  } parts[] = {{d.year, 4, '-'},       {d.month, 2, '-'},        {d.day, 2, 'T'},
               {rest / 3'600, 2, ':'}, {rest / 60 % 60, 2, ':'}, {rest % 60, 2, 'Z'}};
  std::string out;
  for (const auto& p : parts) {
    put(out, p.number, p.width);
    out += p.end;
  }
  return out;
}

bool read_span(std::string_view text, std::int64_t& seconds) noexcept {
  if (text.size() < 2 || text[0] < '0' || text[0] > '9') return false;
  const char* const last = text.data() + text.size() - 1;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || end != last) return false;
  for (const Unit& u : kUnits) {
    if (u.letter != *last) continue;
    if (number > kLongest / u.seconds) return false;
    seconds = number * u.seconds;
    return true;
  }
  return false;
}

std::string write_span(std::int64_t seconds) {
  for (const Unit& u : kUnits) {
    if (seconds != 0 && seconds % u.seconds == 0) return std::to_string(seconds / u.seconds) + u.letter;
  }
  return "0s";
}

}  // namespace pellucid

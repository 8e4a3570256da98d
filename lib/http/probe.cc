#include "lib/http/probe.h"

#include <algorithm>
#include <array>

#include "lib/http/head.h"

namespace pellucid::http {

namespace {

// RFC 9110 9, 5789, 4918 (WebDAV), 3253, 3648, 3744, 4791, 5323, 5842, 2068 19.6.1, and what servers and devices are asked for.
constexpr std::array<std::string_view, 56> kMethods{"ACL",
                                                    "BASELINE-CONTROL",
                                                    "BCOPY",
                                                    "BDELETE",
                                                    "BIND",
                                                    "BMOVE",
                                                    "BPROPFIND",
                                                    "BPROPPATCH",
                                                    "CCM_POST",
                                                    "CHECKIN",
                                                    "CHECKOUT",
                                                    "CONNECT",
                                                    "COPY",
                                                    "DELETE",
                                                    "GET",
                                                    "HEAD",
                                                    "LABEL",
                                                    "LINK",
                                                    "LOCK",
                                                    "M-POST",
                                                    "MERGE",
                                                    "MKACTIVITY",
                                                    "MKCALENDAR",
                                                    "MKCOL",
                                                    "MKREDIRECTREF",
                                                    "MKWORKSPACE",
                                                    "MOVE",
                                                    "NOTIFY",
                                                    "OPTIONS",
                                                    "ORDERPATCH",
                                                    "PATCH",
                                                    "POLL",
                                                    "POST",
                                                    "PROPFIND",
                                                    "PROPPATCH",
                                                    "PURGE",
                                                    "PUT",
                                                    "QUERY",
                                                    "REBIND",
                                                    "REPORT",
                                                    "RPC_CONNECT",
                                                    "RPC_IN_DATA",
                                                    "RPC_OUT_DATA",
                                                    "SEARCH",
                                                    "SSTP_DUPLEX_POST",
                                                    "SUBSCRIBE",
                                                    "TRACE",
                                                    "UNBIND",
                                                    "UNCHECKOUT",
                                                    "UNLINK",
                                                    "UNLOCK",
                                                    "UNSUBSCRIBE",
                                                    "UPDATE",
                                                    "UPDATEREDIRECTREF",
                                                    "VERSION-CONTROL",
                                                    "X-MS-ENUMATTS"};
static_assert(std::ranges::is_sorted(kMethods));
static_assert(std::ranges::all_of(kMethods, [](std::string_view m) { return m.size() <= kMaxMethod; }));

constexpr std::string_view kStatusForm = "HTTP/1.d ddd";  // d: a digit

Probe probe_status(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kStatusForm.size(); ++i) {
    if (i == text.size()) return Probe::unsure;
    const bool fits = kStatusForm[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == kStatusForm[i];
    if (!fits) return Probe::no;
  }
  return Probe::yes;
}

bool may_become_method(std::string_view text) noexcept {
  return std::ranges::any_of(kMethods, [text](std::string_view m) { return m.substr(0, text.size()) == text; });
}

Probe probe_request(std::string_view text) noexcept {
  if (text.front() < 'A' || text.front() > 'Z') return Probe::no;  // most of what is asked about
  const std::size_t space = text.substr(0, kMaxMethod + 1).find(' ');
  if (space == std::string_view::npos) return may_become_method(text) ? Probe::unsure : Probe::no;
  if (!std::ranges::binary_search(kMethods, text.substr(0, space))) return Probe::no;
  const std::size_t end = text.find('\n');
  if (end != std::string_view::npos) return request_line(text.substr(0, end + 1)) ? Probe::yes : Probe::no;
  const std::string_view target = text.substr(space + 1);
  const auto control = [](char c) { return c >= 0 && c < 0x20 && c != '\r'; };
  if (std::any_of(target.begin(), target.end(), control)) return Probe::no;
  for (const std::string_view other : {"sip:", "sips:", "rtsp:", "icap:"}) {
    if (target.substr(0, other.size()) == other) return Probe::no;
  }
  return text.size() >= kMaxUnsure ? Probe::yes : Probe::unsure;
}

}  // namespace

Probe probe(Bytes first) noexcept {
  std::string_view text = as_text(first);
  while (!text.empty() && (text.front() == '\r' || text.front() == '\n')) text.remove_prefix(1);  // RFC 9112 2.2
  if (text.empty()) return first.size() <= 4 ? Probe::unsure : Probe::no;
  const Probe response = probe_status(text);
  return response != Probe::no ? response : probe_request(text);
}

}  // namespace pellucid::http

// Talk: one connection from its first octet to its last, on one thread. cpp-httplib reads requests and writes replies; what it
// would let grow or wait without end is bounded here.
#pragma once
#include "drivers/ctl/http/stream.h"
#include "lib/engine/verbs.h"

namespace pellucid::ctl {

inline constexpr std::size_t kMaxHead = 16 * 1024;        // octets of a request's line and fields
inline constexpr unsigned kMaxRequests = 1000;            // of one connection
inline constexpr std::chrono::seconds kMaxIdle{15};       // between two requests
inline constexpr std::chrono::seconds kMaxHeadTime{5};    // from its first octet to its last, TLS handshakes likewise
inline constexpr std::chrono::seconds kMaxBodyTime{20};   // of a request
inline constexpr std::chrono::seconds kMaxWriteTime{10};  // of a reply

// What the doorkeeper may do with a connection at this moment.
class Watch {
 public:
  virtual ~Watch() = default;
  virtual void busy() noexcept = 0;   // a request is being answered: leave it alone
  virtual void waits() noexcept = 0;  // for the client: it may be ended to make room
};

class Talk final : private httplib::Server {
 public:
  Talk(engine::Verbs& verbs, std::size_t most_body);
  // Until either side has had enough. Counts requests that were answered, however they ended.
  unsigned hold(Stream& stream, engine::Caller caller, Watch& watch);

 private:
  bool admitted(const httplib::Request& request, httplib::Response& response);
  void answer(const httplib::Request& request, httplib::Response& response);
  bool one(Stream& stream);
  bool refuse(Stream& stream, int status, std::string_view reason);

  engine::Verbs& verbs_;
  std::size_t most_body_;
  Stream* stream_ = nullptr;  // these three while hold() runs
  Watch* watch_ = nullptr;
  engine::Caller caller_;
  bool last_ = false;  // what was sent is not all read: no further request can be found
  unsigned answered_ = 0;
};

}  // namespace pellucid::ctl

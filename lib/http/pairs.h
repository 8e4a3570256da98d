// Pairs: which request and which response make a transaction. Responses come in the order of requests (RFC 9112 9.3.2); what is
// missing on either side is given out alone. Functions over one Session, for session.cc and its steps only.
#pragma once
#include "lib/http/session.h"

namespace pellucid::http {

enum class Body : std::uint8_t { none, follows };

inline Dir server(const Session& s) noexcept { return other(s.client); }

// A request's header block is whole: it waits for its response. There is room: start of a request sees to it.
void push_request(Session& s, Body body) noexcept;
// No room for another request: the oldest is given out without its response.
void give_up_oldest(Session& s) noexcept;
// Settles whose response is being read. False: a request must be given out first, whose response was lost.
bool pair_response(Session& s) noexcept;
// The response being read has come to its end, or to all that will be seen of it.
void end_response(Session& s) noexcept;
// Makes the next transaction ready, if one is.
bool next_ready(Session& s) noexcept;

}  // namespace pellucid::http

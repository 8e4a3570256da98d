#include "drivers/ctl/http/talk.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "lib/base/secret.h"

namespace pellucid::ctl {

namespace {

using Clock = Stream::Clock;

engine::Request request_of(const httplib::Request& from, const engine::Caller& caller) {
  engine::Request to{from.method, from.path, {}, from.body, caller};
  if (to.method == "HEAD") to.method = "GET";  // cpp-httplib leaves the body out
  for (const auto& [key, value] : from.params) to.query.emplace_back(key, value);
  return to;
}

void put(httplib::Response& to, const engine::Reply& from) {
  to.status = from.status;
  to.set_content(from.body, from.type);
}

// Fields that make cpp-httplib run a regular expression over what the client sent, which costs stack for each octet.
bool has_range(std::string_view head) {
  for (std::size_t at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at + 1)) {
    if (head.size() - at > 6 && strncasecmp(head.data() + at + 1, "range", 5) == 0) return true;
  }
  return false;
}

// A body may have been a private key, and what reads it has buffers on the stack: nothing of them is left to lie there.
[[gnu::noinline]] void wipe_stack_below() noexcept {
  std::array<std::uint8_t, 64 * 1024> below;
  wipe(below);
}

}  // namespace

Talk::Talk(engine::Verbs& verbs, std::size_t most_body) : verbs_(verbs), most_body_(most_body) {
  set_payload_max_length(most_body);
  set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    return admitted(request, response) ? HandlerResponse::Unhandled : HandlerResponse::Handled;
  });
  set_expect_100_continue_handler([this](const httplib::Request& request, httplib::Response& response) {
    return admitted(request, response) ? 100 : response.status;
  });
  const Handler answers = [this](const httplib::Request& q, httplib::Response& r) { answer(q, r); };
  Get(".*", answers).Post(".*", answers).Put(".*", answers).Patch(".*", answers).Delete(".*", answers);
  Options(".*", answers);
  set_error_handler(Handler([this](const httplib::Request&, httplib::Response& response) {
    if (!response.body.empty()) return;
    last_ = true;
    put(response, verbs_.refuse(response.status, "the request cannot be read"));
  }));
}

// Before a body is read: whether it may come at all, and how much of it.
bool Talk::admitted(const httplib::Request& request, httplib::Response& response) {
  const auto no = [&](int status, std::string_view reason) {
    put(response, verbs_.refuse(status, reason));
    last_ = true;
    return false;
  };
  constexpr std::size_t kMaxPath = 1024;
  if (request.path.size() > kMaxPath) return no(414, "the path is too long");
  const engine::Reply verdict = verbs_.admit(request_of(request, caller_));
  const std::string length = request.get_header_value("Content-Length");
  const bool brings = !length.empty() || request.has_header("Transfer-Encoding");
  if (verdict.status != 200) {
    put(response, verdict);
    last_ = last_ || brings;
    return false;
  }
  constexpr std::string_view kBare[] = {"GET", "HEAD", "OPTIONS", "DELETE"};  // that come without a body
  if (!brings && std::ranges::find(kBare, request.method) != std::end(kBare)) return true;
  if (request.has_header("Transfer-Encoding")) return no(411, "bodies come with a Content-Length");
  if (request.has_header("Content-Encoding")) return no(415, "bodies come without a Content-Encoding");
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), size);
  const bool number = error == std::errc() && end == length.data() + length.size();
  if (!number || request.get_header_value_count("Content-Length") != 1) return no(411, "bodies come with one Content-Length");
  if (size > most_body_) return no(413, "the body is larger than " + std::to_string(most_body_) + " octets");
  const std::string type = request.get_header_value("Content-Type");
  if (size != 0 && !type.starts_with("application/json")) return no(415, "bodies are application/json");
  if (size != 0 && request.method == "GET") return no(400, "GET has no body");
  stream_->allow(size, Clock::now() + kMaxBodyTime);
  return true;
}

void Talk::answer(const httplib::Request& request, httplib::Response& response) {
  watch_->busy();
  put(response, verbs_.answer(request_of(request, caller_)));
  stream_->write_until(Clock::now() + kMaxWriteTime);
  watch_->waits();
}

bool Talk::refuse(Stream& stream, int status, std::string_view reason) {
  const engine::Reply reply = verbs_.refuse(status, reason);
  stream.write_until(Clock::now() + kMaxWriteTime);
  const std::string text = "HTTP/1.1 " + std::to_string(status) +
                           " Refused\r\nConnection: close\r\nContent-Type: " + reply.type +
                           "\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t n = stream.write(text.data() + at, text.size() - at);
    if (n <= 0) break;
    at += static_cast<std::size_t>(n);
  }
  ++answered_;
  return false;
}

// False: the connection is over.
bool Talk::one(Stream& stream) {
  switch (stream.read_head(kMaxHead, Clock::now() + kMaxIdle, kMaxHeadTime)) {
    case Stream::Head::closed:
      return false;
    case Stream::Head::late:
      return refuse(stream, 408, "the request took too long to arrive");
    case Stream::Head::large:
      return refuse(stream, 431, "the request's head is too large");
    case Stream::Head::whole:
      break;
  }
  if (has_range(stream.head())) return refuse(stream, 400, "ranges are not served");
  stream.allow(0, Clock::now() + kMaxWriteTime);
  last_ = false;
  bool closed = false;
  const bool good = process_request(stream, false, closed, [](httplib::Request&) {});
  wipe_stack_below();
  ++answered_;
  return good && !closed && !last_;
}

unsigned Talk::hold(Stream& stream, engine::Caller caller, Watch& watch) {
  stream_ = &stream;
  watch_ = &watch;
  caller_ = std::move(caller);
  answered_ = 0;
  while (answered_ < kMaxRequests && one(stream)) {
  }
  return answered_;
}

}  // namespace pellucid::ctl

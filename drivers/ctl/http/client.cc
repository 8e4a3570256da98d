#include "drivers/ctl/http/client.h"

#include <httplib.h>
#include <openssl/err.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pellucid::ctl {

struct Client::Parts {
  Target target;
  std::unique_ptr<httplib::ClientImpl> client;
  std::string unusable;  // why its own files cannot be used
};

namespace {

std::string place(const Target& t) { return t.socket.empty() ? "https://" + t.host + ":" + std::to_string(t.port) : t.socket; }

// What the operating system would say, since cpp-httplib does not: the socket is not there, closed to us, or dead.
std::string why_no_socket(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    if (errno == EACCES) return path + ": its folder is closed to this user";
    return path + ": no daemon listens there; start it with: systemctl start pellucidd, or name another with --connect";
  }
  if (access(path.c_str(), R_OK | W_OK) != 0) {
    return path + ": may not be opened by this user, who must be in the socket's group: ls -l " + path;
  }
  return path + ": no daemon listens there any more; start it with: systemctl start pellucidd";
}

std::string why(const Target& t, httplib::Error error) {
  using E = httplib::Error;
  if (!t.socket.empty() && error == E::Connection) return why_no_socket(t.socket);
  switch (error) {
    case E::Connection:
      return place(t) + ": no connection; is the daemon running, with control.tls.listen at this address?";
    case E::ConnectionTimeout:
      return place(t) + ": no connection within " + std::to_string(t.timeout_s) + " s; see --timeout";
    case E::SSLLoadingCerts:
      return place(t) + ": the files of --cert, --key or --ca cannot be used";
    case E::SSLServerVerification:
      return place(t) + ": its certificate is not signed by the authority of --ca, or is for another name";
    case E::SSLConnection:
      return place(t) + ": no TLS: it does not accept our certificate (--cert, --key), or is no TLS server";
    case E::Canceled:
      return place(t) + ": the answer took longer than " + std::to_string(t.timeout_s) + " s; see --timeout";
    default:
      return place(t) + ": the connection ended without an answer; try again, or a longer --timeout";
  }
}

}  // namespace

Client::Client(const Target& target) : parts_(std::make_unique<Parts>()) {
  Parts& p = *parts_;
  p.target = target;
  if (target.socket.empty()) {
    for (const std::string& file : {target.cert, target.key, target.ca}) {
      if (!file.empty() && access(file.c_str(), R_OK) != 0) p.unusable = file + ": cannot be read: " + std::strerror(errno);
    }
    auto client = std::make_unique<httplib::SSLClient>(target.host, target.port, target.cert, target.key);
    if (!target.ca.empty()) client->set_ca_cert_path(target.ca);
    client->enable_server_certificate_verification(true);
    if (!client->is_valid()) p.unusable = target.cert + ", " + target.key + ": are no certificate and its key";
    p.client = std::move(client);
  } else {
    p.client = std::make_unique<httplib::ClientImpl>(target.socket);
    p.client->set_address_family(AF_UNIX);
  }
  p.client->set_connection_timeout(target.timeout_s);
  p.client->set_read_timeout(target.timeout_s);
  p.client->set_write_timeout(target.timeout_s);
  p.client->set_keep_alive(true);
}

Client::~Client() = default;

bool Client::ask(const std::string& method, const std::string& path, const std::string& body, Answer& answer,
                 std::string& problem) {
  Parts& p = *parts_;
  if (!p.unusable.empty()) {
    problem = p.unusable;
    return false;
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(p.target.timeout_s);
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.set_header("Accept", "application/json");
  if (!p.target.socket.empty()) request.set_header("Host", "localhost");
  if (!body.empty()) {
    request.set_header("Content-Type", "application/json");
    request.body = body;
  }
  request.progress = [until](std::uint64_t, std::uint64_t) { return std::chrono::steady_clock::now() < until; };
  const httplib::Result result = p.client->send(request);
  ERR_clear_error();
  if (!result) {
    problem = why(p.target, result.error());
    return false;
  }
  answer = {result->status, result->get_header_value("Content-Type"), result->body};
  return true;
}

}  // namespace pellucid::ctl

// Client: asks a daemon's control API over its Unix socket or over TLS. Belongs to the thread that made it.
#pragma once
#include <memory>
#include <string>

namespace pellucid::ctl {

struct Target {
  std::string socket;  // path of a Unix socket, or …
  std::string host;    // … a name or address, by TLS
  int port = 0;
  std::string cert;  // shown to the server
  std::string key;
  std::string ca;  // that signs the server's certificate; empty: those of the system
  unsigned timeout_s = 10;
};

struct Answer {
  int status = 0;
  std::string type;
  std::string body;
};

class Client {
 public:
  explicit Client(const Target& target);
  ~Client();
  // False: nobody answered; one line in `problem`.
  bool ask(const std::string& method, const std::string& path, const std::string& body, Answer& answer, std::string& problem);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace pellucid::ctl

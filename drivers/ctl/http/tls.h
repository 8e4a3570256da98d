// TLS of the control server, by OpenSSL: 1.2 or later; with an authority every client must show a certificate that it signed.
// Made by the control thread; connections each belong to the thread that serves them.
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

namespace pellucid::ctl {

struct Drop {
  void operator()(SSL_CTX* p) const noexcept { SSL_CTX_free(p); }
  void operator()(SSL* p) const noexcept { SSL_free(p); }
};
using Context = std::unique_ptr<SSL_CTX, Drop>;
using Tls = std::unique_ptr<SSL, Drop>;

struct TlsFiles {
  std::string cert;
  std::string key;
  std::string ca;  // empty: clients are not asked for a certificate
};

Context server_context(const TlsFiles& files, std::string& problem);  // null: one line in `problem`
// Of the certificate that the client showed: its common name first, then the subject's other names. Empty: it showed none.
std::vector<std::string> names_of_peer(const SSL* tls);

}  // namespace pellucid::ctl

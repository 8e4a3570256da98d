#include "drivers/ctl/http/tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace pellucid::ctl {

namespace {

std::string reason() {
  char text[160] = "not known why";
  const unsigned long code = ERR_get_error();
  if (code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

// A name with a zero octet in it is not what it seems to be, so it is nobody's.
void add(std::vector<std::string>& names, const ASN1_STRING* text) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, text);
  if (size > 0) {
    std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
    if (name.find('\0') == std::string::npos) names.push_back(std::move(name));
  }
  OPENSSL_free(utf8);
}

}  // namespace

Context server_context(const TlsFiles& files, std::string& problem) {
  Context context(SSL_CTX_new(TLS_server_method()));
  ERR_clear_error();
  SSL_CTX* c = context.get();
  SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
  // Without resumption each connection shows its certificate anew, and no state is kept for clients.
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(c, 0);
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(c, files.cert.c_str()) != 1) {
    problem = files.cert + ": cannot be used as certificate: " + reason();
    return nullptr;
  }
  if (SSL_CTX_use_PrivateKey_file(c, files.key.c_str(), SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(c) != 1) {
    problem = files.key + ": cannot be used as key of " + files.cert + ": " + reason();
    return nullptr;
  }
  if (files.ca.empty()) return context;
  STACK_OF(X509_NAME)* accepted = SSL_load_client_CA_file(files.ca.c_str());
  if (accepted == nullptr || SSL_CTX_load_verify_locations(c, files.ca.c_str(), nullptr) != 1) {
    problem = files.ca + ": cannot be used as authority of clients: " + reason();
    sk_X509_NAME_pop_free(accepted, X509_NAME_free);
    return nullptr;
  }
  SSL_CTX_set_client_CA_list(c, accepted);
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

std::vector<std::string> names_of_peer(const SSL* tls) {
  std::vector<std::string> names;
  X509* certificate = SSL_get1_peer_certificate(tls);
  if (certificate == nullptr) return names;
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0) add(names, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  auto* others = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(others); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(others, i), &type);
    if (type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI) add(names, static_cast<const ASN1_STRING*>(value));
  }
  GENERAL_NAMES_free(others);
  X509_free(certificate);
  return names;
}

}  // namespace pellucid::ctl

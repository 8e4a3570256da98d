// Names of certificates as records write them, and octets as hexadecimal text. Any thread.
#pragma once
#include <string>

#include "drivers/crypto/openssl/handle.h"
#include "lib/base/bytes.h"

namespace pellucid::openssl {

Bytes bytes_of(const ASN1_STRING* s) noexcept;
void write_upper(std::string& out, Bytes bytes, std::string_view between);
void write_name(std::string& out, const X509_NAME* name);  // C=DE, O=Acme, CN=www.example.org: in the certificate's order

}  // namespace pellucid::openssl

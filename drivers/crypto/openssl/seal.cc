#include "drivers/crypto/openssl/seal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <openssl/cms.h>

#include "drivers/crypto/openssl/handle.h"

namespace pellucid::openssl {

namespace {

struct PopCertificates {
  void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_pop_free(stack, X509_free); }
};
using Certificates = std::unique_ptr<STACK_OF(X509), PopCertificates>;
using Content = std::unique_ptr<CMS_ContentInfo, Freer<CMS_ContentInfo_free>>;

class Sealed final : public exporter::Envelope {
 public:
  Sealed(Content content, BIO* file, BIO* chain) : content_(std::move(content)), file_(file), chain_(chain) {}
  ~Sealed() override { static_cast<void>(close()); }

  bool write(Bytes bytes) override {
    while (good_ && !bytes.empty()) {
      std::size_t n = 0;
      good_ = chain_ != nullptr && BIO_write_ex(chain_, bytes.data(), bytes.size(), &n) == 1;
      bytes = bytes.subspan(n);
    }
    return good_;
  }
  bool close() override {
    if (chain_ == nullptr) return good_;
    good_ = BIO_flush(chain_) == 1 && good_;
    while (chain_ != nullptr) {
      BIO* const rest = BIO_pop(chain_);
      if (chain_ == file_) good_ = BIO_flush(file_) == 1 && good_;
      BIO_free(chain_);
      chain_ = rest;
    }
    return good_;
  }

 private:
  Content content_;
  BIO* file_;   // the last of the chain
  BIO* chain_;  // null: closed
  bool good_ = true;
};

}  // namespace

std::unique_ptr<exporter::Envelope> Sealer::seal(const std::string& path, std::span<const std::string> recipients,
                                                 std::string& problem) {
  Certificates certificates(sk_X509_new_null());
  for (const std::string& der : recipients) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509* const one = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    if (one == nullptr || sk_X509_push(certificates.get(), one) == 0) {
      problem = path + ": a recipient's certificate cannot be read";
      return nullptr;
    }
  }
  constexpr unsigned kHow = CMS_BINARY | CMS_STREAM | CMS_PARTIAL;
  Content content(CMS_encrypt(certificates.get(), nullptr, EVP_aes_256_gcm(), kHow));
  if (content == nullptr) {
    problem = path + ": nothing can be encrypted to these recipients; give certificates with RSA or EC keys";
    return nullptr;
  }
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  BIO* const file = fd < 0 ? nullptr : BIO_new_fd(fd, BIO_CLOSE);
  if (file == nullptr) {
    problem = path + ": " + std::strerror(errno);
    return nullptr;
  }
  BIO* const chain = BIO_new_CMS(file, content.get());
  if (chain == nullptr) {
    BIO_free(file);
    problem = path + ": cannot begin to encrypt";
    return nullptr;
  }
  return std::make_unique<Sealed>(std::move(content), file, chain);
}

}  // namespace pellucid::openssl

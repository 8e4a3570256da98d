// ets-keys: makes and checks what servers under the ETS provider need: static keys, and certificates that say who can read
// along.
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "lib/base/secret.h"
#include "tools/ets/issue.h"

namespace pellucid::ets {
namespace {

enum Exit { Done = 0, Failed = 1, Usage = 2, Invalid = 4 };
struct End {
  Exit code;
};

[[noreturn]] void end(Exit code, const std::string& what) {
  std::fprintf(stderr, "ets-keys: %s\n", what.c_str());
  throw End{code};
}

[[noreturn]] void openssl_failed(const std::string& what) {
  const char* data = nullptr;
  const unsigned long error = ERR_peek_last_error_data(&data, nullptr);
  const char* reason = ERR_reason_error_string(error);
  end(Failed,
      what + ": OpenSSL says " + (reason == nullptr ? "nothing" : reason) + (data == nullptr ? "" : std::string(", ") + data));
}

struct FreeBio {
  void operator()(BIO* p) const noexcept { BIO_free(p); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

// A file that is there is never written over: it could be the only copy of a key that opens recorded traffic.
void write_file(const std::string& path, Bytes bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) end(Failed, path + " is there already: remove it, or choose another name");
  if (fd < 0) end(Failed, path + " cannot be made: " + std::strerror(errno));
  bool good = fchmod(fd, 0600) == 0;
  for (std::size_t at = 0; good && at < bytes.size();) {
    const ssize_t put = write(fd, bytes.data() + at, bytes.size() - at);
    good = put > 0 || (put < 0 && errno == EINTR);
    if (put > 0) at += static_cast<std::size_t>(put);
  }
  good = good && fsync(fd) == 0;
  const int wrong = errno;
  if (close(fd) == 0 && good) return;
  unlink(path.c_str());
  end(Failed, path + " cannot be written: " + std::strerror(wrong));
}

void write_bio(const std::string& path, BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  const Bytes bytes{reinterpret_cast<const std::uint8_t*>(text), static_cast<std::size_t>(size)};
  if (path == "-") {
    if (std::fwrite(text, 1, bytes.size(), stdout) != bytes.size() || std::fflush(stdout) != 0)
      end(Failed, "standard output cannot be written");
    return;
  }
  write_file(path, bytes);
}

Bio memory() { return Bio{BIO_new(BIO_s_secmem())}; }

Pair static_pair(const std::string& path) {
  Pair pair;
  const std::string wrong = read_pair(nullptr, path, Custody::Any, pair);
  if (!wrong.empty()) end(Invalid, path + ": " + wrong);
  return pair;
}

std::string print_of(const Pair& pair) {
  Fingerprint print;
  if (!fingerprint(nullptr, pair.share, print)) openssl_failed("no fingerprint");
  return hex(print);
}

struct Make {
  std::string group, out, form = "pem";
  bool sec1 = false;
};

void make(const Make& asked) {
  const auto* group =
      std::find_if(std::begin(kGroups), std::end(kGroups), [&](const Group& g) { return g.name == asked.group; });
  if (asked.sec1 && group->curve == nullptr) end(Usage, "SEC1 has no form for x25519: leave --sec1 out");
  Pair pair;
  pair.key = make_key(nullptr, *group);
  if (pair.key == nullptr) openssl_failed("no key");
  pair.share = share_of(pair.key.get());
  const Bio bio = memory();
  const char* structure = asked.sec1 ? "EC" : "PrivateKeyInfo";
  BIO* to = bio.get();
  const bool pem = asked.form == "pem";
  const EVP_PKEY* key = pair.key.get();
  const bool good = asked.sec1 ? (pem ? PEM_write_bio_PrivateKey_traditional(to, key, nullptr, nullptr, 0, nullptr, nullptr)
                                      : i2d_PrivateKey_bio(to, key)) == 1
                               : (pem ? PEM_write_bio_PKCS8PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr)
                                      : i2d_PKCS8PrivateKey_bio(to, key, nullptr, nullptr, 0, nullptr, nullptr)) == 1;
  if (!good) openssl_failed(std::string("no ") + structure);
  write_bio(asked.out, to);
  if (asked.out != "-") std::printf("%s %s %s\n", asked.group.c_str(), print_of(pair).c_str(), asked.out.c_str());
}

struct Issue {
  std::string key, out, ca, ca_key, name;
  std::vector<std::string> dns, ip, keys, access;
  long days = 7;
};

Pkey signing_key(const std::string& path) {
  const Bio bio{BIO_new_file(path.c_str(), "rb")};
  const auto nobody = [](char*, int, int, void*) { return -1; };
  Pkey key{bio == nullptr ? nullptr : PEM_read_bio_PrivateKey(bio.get(), nullptr, nobody, nullptr)};
  if (key == nullptr) end(Invalid, path + ": holds no private key in PEM, or one with a password");
  return key;
}

Subject subject_of(const Issue& asked, const Pkey& key) {
  if (asked.access.size() != 1 && asked.access.size() != asked.keys.size())
    end(Usage, "give --access once for all static keys, or once for each --static, in the same order");
  Subject subject{
      asked.name.empty() ? (asked.dns.empty() ? "" : asked.dns[0]) : asked.name, {asked.dns, asked.ip, {}}, key.get()};
  if (subject.common_name.empty()) end(Usage, "the certificate has no name: give --dns, or --ip with --name");
  for (std::size_t i = 0; i < asked.keys.size(); ++i) {
    const Pair pair = static_pair(asked.keys[i]);
    if (EVP_PKEY_eq(pair.key.get(), key.get()) == 1)
      end(Invalid,
          asked.keys[i] + ": is the certificate's own key: who may read along could impersonate the server; use two keys");
    Entry entry{{}, asked.access[asked.access.size() == 1 ? 0 : i]};
    if (entry.access.empty()) end(Usage, "--access is empty: say who reads along, and why");
    if (!fingerprint(nullptr, pair.share, entry.fingerprint)) openssl_failed("no fingerprint");
    subject.names.entries.push_back(std::move(entry));
  }
  return subject;
}

void certificate(const Issue& asked) {
  const Pkey key = signing_key(asked.key);
  const Subject subject = subject_of(asked, key);
  Issuer issuer;
  Certificate ca;
  Pkey ca_key;
  if (!asked.ca.empty()) {
    ca = read_certificate(nullptr, asked.ca);
    if (ca == nullptr) end(Invalid, asked.ca + ": holds no certificate in PEM or DER");
    ca_key = signing_key(asked.ca_key);
    if (X509_check_private_key(ca.get(), ca_key.get()) != 1) end(Invalid, asked.ca_key + ": is not the key of " + asked.ca);
    issuer = {ca.get(), ca_key.get()};
  }
  const Certificate made = issue(subject, issuer, asked.days);
  if (made == nullptr) openssl_failed("no certificate: is each --ip an address, each key fit to sign?");
  const Bio bio = memory();
  if (PEM_write_bio_X509(bio.get(), made.get()) != 1) openssl_failed("no PEM");
  write_bio(asked.out, bio.get());
}

void make_request(const Issue& asked) {
  const Pkey key = signing_key(asked.key);
  const Request made = request(subject_of(asked, key));
  if (made == nullptr) openssl_failed("no request: is each --ip an address, the key fit to sign?");
  const Bio bio = memory();
  if (PEM_write_bio_X509_REQ(bio.get(), made.get()) != 1) openssl_failed("no PEM");
  write_bio(asked.out, bio.get());
}

// What a certificate says is a stranger's text: control characters could write to the terminal something else.
std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out;
}

std::vector<Entry> entries_of(const std::string& path, const Certificate& certificate) {
  std::vector<Entry> entries;
  if (!read_entries(certificate.get(), entries)) end(Invalid, path + ": has a malformed visibility entry");
  return entries;
}

void show(const std::vector<std::string>& files) {
  for (const std::string& path : files) {
    const Certificate certificate = read_certificate(nullptr, path);
    if (certificate == nullptr) {
      const Pair pair = static_pair(path);
      std::printf("%s %s %s\n", pair.group->name, print_of(pair).c_str(), path.c_str());
      continue;
    }
    for (const Entry& entry : entries_of(path, certificate))
      std::printf("visibility %s %s: %s\n", hex(entry.fingerprint).c_str(), path.c_str(), printable(entry.access).c_str());
  }
}

void check(const std::string& path, const std::vector<std::string>& keys) {
  const Certificate certificate = read_certificate(nullptr, path);
  if (certificate == nullptr) end(Invalid, path + ": holds no certificate in PEM or DER");
  std::vector<std::string> named, held;
  for (const Entry& entry : entries_of(path, certificate)) named.push_back(hex(entry.fingerprint));
  bool good = true;
  for (const std::string& key : keys) {
    held.push_back(print_of(static_pair(key)));
    if (std::find(named.begin(), named.end(), held.back()) != named.end()) continue;
    std::fprintf(stderr, "ets-keys: %s has no visibility entry %s for %s\n", path.c_str(), held.back().c_str(), key.c_str());
    good = false;
  }
  for (const std::string& entry : named) {
    if (std::find(held.begin(), held.end(), entry) != held.end()) continue;
    std::fprintf(stderr, "ets-keys: %s has an entry %s that none of these keys has\n", path.c_str(), entry.c_str());
    good = false;
  }
  if (!good) throw End{Failed};
  std::printf("%zu entries of %s match\n", named.size(), path.c_str());
}

void add_issue(CLI::App& to, Issue& asked) {
  to.add_option("--key", asked.key, "The server's own private key, PEM: another one than the static keys")->required();
  to.add_option("--static", asked.keys, "A static key file; once for each")->required()->take_all();
  to.add_option("--access", asked.access, "Who reads along, and why; for people to read")->required()->take_all();
  to.add_option("--dns", asked.dns, "A DNS name of the server")->take_all();
  to.add_option("--ip", asked.ip, "An address of the server")->take_all();
  to.add_option("--name", asked.name, "Common name; by default the first --dns");
  to.add_option("--out", asked.out, "The file to make, or -")->required();
}

constexpr const char* kTeaches =
    "Static keys and certificates for servers under Enterprise Transport Security (ETSI TS 103 523-3).\n\n"
    "  ets-keys make x25519 --out x25519.pem\n"
    "  ets-keys certificate --key server.key --static x25519.pem --access 'Example Ltd, fraud desk' \\\n"
    "      --dns www.example.com --ca ca.pem --ca-key ca.key --out server.pem\n"
    "  ets-keys check server.pem x25519.pem\n\n"
    "A fingerprint is the first ten octets of the SHA-256 of the key share. Files are made with mode 0600 and never written\n"
    "over. Exit: 0 done, 1 failed or no match, 2 usage, 4 a file that cannot be used. docs/ETS.md has the whole way.";

int run(int argc, char** argv) {
  CLI::App app{kTeaches, "ets-keys"};
  app.require_subcommand(1);
  Make pair;
  auto* to_make = app.add_subcommand("make", "Make a static key pair");
  to_make->add_option("group", pair.group)->required()->check(CLI::IsMember({"x25519", "secp256r1", "secp384r1"}));
  to_make->add_option("--out", pair.out, "The file to make")->required();
  to_make->add_option("--form", pair.form, "pem or der")->check(CLI::IsMember({"pem", "der"}));
  to_make->add_flag("--sec1", pair.sec1, "SEC1 (RFC 5915) instead of PKCS#8");
  Issue asked;
  auto* to_issue = app.add_subcommand("certificate", "Issue a server certificate that names the static keys");
  add_issue(*to_issue, asked);
  auto* ca = to_issue->add_option("--ca", asked.ca, "The authority's certificate; without it the certificate is self-signed");
  auto* ca_key = to_issue->add_option("--ca-key", asked.ca_key, "The authority's private key, PEM")->needs(ca);
  ca->needs(ca_key);
  to_issue->add_option("--days", asked.days, "How long it is valid; 7 unless said otherwise")->check(CLI::Range(1, 825));
  auto* to_request = app.add_subcommand("request", "Make a signing request that names the static keys");
  add_issue(*to_request, asked);
  std::vector<std::string> files, keys;
  std::string path;
  auto* to_show = app.add_subcommand("show", "Print fingerprints of key files and of certificates' entries");
  to_show->add_option("files", files)->required();
  auto* to_check = app.add_subcommand("check", "Does a certificate name these keys, and no others?");
  to_check->add_option("certificate", path)->required();
  to_check->add_option("keys", keys)->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    std::fprintf(stderr, "ets-keys: %s; see ets-keys --help\n", e.what());
    return Usage;
  }
  if (*to_make) make(pair);
  if (*to_issue) certificate(asked);
  if (*to_request) make_request(asked);
  if (*to_show) show(files);
  if (*to_check) check(path, keys);
  return std::fflush(stdout) == 0 ? Done : Failed;
}

}  // namespace
}  // namespace pellucid::ets

int main(int argc, char** argv) {
  try {
    return pellucid::ets::run(argc, argv);
  } catch (const pellucid::ets::End& e) {
    return e.code;
  }
}

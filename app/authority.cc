#include "app/authority.h"

#include "drivers/conf/schema/schema.h"
#include "drivers/conf/schema/texts.h"
#include "drivers/conf/yaml/yaml.h"
#include "drivers/crypto/openssl/cms.h"
#include "drivers/crypto/openssl/digest.h"

namespace pellucid::app {

namespace {

bool looks_signed(std::string_view text) {
  return text.starts_with('\x30') || text.find("-----BEGIN CMS-----") != text.npos ||
         text.find("-----BEGIN PKCS7-----") != text.npos;
}

struct Judging {
  std::span<const keys::Certificate> authorities;
  std::int64_t now_s;
};

bool open(openssl::Cms& cms, std::string_view text, const Judging& by, keys::Signed& out, Fault& fault) {
  fault.place = {};
  if (looks_signed(text)) return cms.read_signed(text, by.authorities, by.now_s, out, fault.text);
  out = {std::string(text), {}};
  return true;
}

// Of a signed file line and column are those of the text within.
template <class Read>
bool read(const char* what, std::string_view content, Fault& fault, Read&& take) {
  Tree tree;
  const schema::Schema schema{schema::text_of(what)};
  return yaml::read_yaml(content, yaml::kSmall, tree, fault) && schema.fits(tree, fault) && take(tree);
}

std::string digest_of(std::string_view content) {
  std::uint8_t digest[32];
  openssl::Digests().sha256(as_bytes(content), digest);
  return keys::hex_of(digest);
}

}  // namespace

bool open_set(std::string_view text, const std::string& file, std::int64_t now_s, OpenedSet& out, std::string& problem) {
  openssl::Cms cms;
  Fault fault;
  const auto take = [&](const Tree& tree) { return keys::read_authorities(tree, cms, out.set, fault); };
  // Whose signatures count stands in what is signed: the content is read before them.
  const bool good = open(cms, text, {{}, now_s}, out.document, fault) && read("authority", out.document.content, fault, take) &&
                    open(cms, text, {out.set.authorities, now_s}, out.document, fault);
  if (!good) problem = say(file, fault);
  if (good) out.digest = digest_of(out.document.content);
  return good;
}

bool judge_set(std::string_view text, const std::string& file, const keys::AuthoritySet& before, std::int64_t now_s,
               OpenedSet& out, std::string& problem) {
  openssl::Cms cms;
  Fault fault;
  if (open(cms, text, {before.authorities, now_s}, out.document, fault)) return true;
  problem = say(file, fault);
  return false;
}

bool open_grant(std::string_view text, const std::string& file, const keys::AuthoritySet& set, std::int64_t now_s,
                OpenedGrant& out, std::string& problem) {
  openssl::Cms cms;
  Fault fault;
  const auto take = [&](const Tree& tree) { return keys::read_grant(tree, cms, out.grant, fault); };
  const bool good =
      open(cms, text, {set.authorities, now_s}, out.document, fault) && read("grant", out.document.content, fault, take);
  if (!good) problem = say(file, fault);
  if (good) out.digest = digest_of(out.document.content);
  return good;
}

}  // namespace pellucid::app

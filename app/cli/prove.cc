#include "app/cli/prove.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>

#include "app/cli/audit_source.h"
#include "app/leaf_file.h"
#include "drivers/crypto/openssl/digest.h"
#include "lib/audit/judge.h"
#include "lib/export/text.h"

namespace pellucid::app {

namespace {

using audit::Hash;

const openssl::Digests kDigests;

std::string hex_of(const Hash& hash) {
  std::string out;
  exporter::write_hex(out, hash);
  return out;
}

struct Proof {
  Hash leaf;
  std::string entry;  // that has the root
  audit::Place place{};
  std::vector<Hash> path;
  std::uint64_t signed_by = 0;  // the checkpoint; 0: none yet
};

// Where proofs come from: the daemon, or files.
class Source {
 public:
  virtual ~Source() = default;
  virtual bool find(Proof& proof) = 0;                  // false: no root stands for this leaf
  virtual std::uint64_t signer(std::uint64_t seq) = 0;  // the first checkpoint from an entry on; 0: there is none
};

[[noreturn]] void broken(const std::string& why) {
  throw failure_of(kBroken, "audit_broken", "the audit log is broken: " + why, "compare it with the last export");
}

// One page of entries after another, from the one that matters until a signature covers it.
class FromDaemon final : public Source {
 public:
  FromDaemon(const Globals& g, const std::string& key) : remote_(g), key_(key_of(remote_, key)) {}

  bool find(Proof& p) override {
    const Json answer = remote_.get("/v1/audit/proof/" + hex_of(p.leaf));
    if (answer.at("entry").is_null()) return false;
    p.entry = answer.at("entry").get<std::string>();
    p.place = {answer.at("which").get<std::size_t>(), answer.at("leaves").get<std::size_t>()};
    for (const auto& beside : answer.at("path")) {
      Hash hash;
      if (!audit::read_hash(beside.get<std::string>(), hash)) broken("the daemon's path is none");
      p.path.push_back(hash);
    }
    return true;
  }
  std::uint64_t signer(std::uint64_t seq) override {
    audit::Judge judge(kDigests, key_.get(), audit::Judge::From::anywhere);
    each_entry(remote_, seq, last_entry(remote_),
               [&](const std::string& entry) { return judge.take(entry) && judge.checkpoints() == 0; });
    if (!judge.problem().empty()) broken(judge.problem());
    return judge.signed_seq();
  }

 private:
  Remote remote_;
  std::unique_ptr<openssl::VerifyingKey> key_;
};

// All of the log is judged once; what has a root and what has a signature is remembered.
class FromFiles final : public Source {
 public:
  FromFiles(const std::string& log, const std::string& key) : folder_(folder_of_log(log)) {
    const auto verifier = key_of_log(log, key);
    audit::Judge judge(kDigests, verifier.get());
    each_entry(log, [&](const std::string& entry) {
      const std::uint64_t signed_before = judge.signed_seq();
      if (!judge.take(entry)) return false;
      audit::Line line;
      if (audit::read_line(entry, line) && line.kind == audit::Kind::sessions) roots_[line.seq] = entry;
      if (judge.signed_seq() != signed_before) signed_.push_back(judge.signed_seq());
      return true;
    });
    if (!judge.problem().empty()) broken(judge.problem());
  }

  bool find(Proof& p) override {
    const auto found = LeafFile::find(folder_, p.leaf);
    if (!found) return false;
    const auto root = roots_.find(found->seq);
    if (root == roots_.end()) broken("entry " + std::to_string(found->seq) + " has no root");
    p.entry = root->second;
    p.place = {found->which, found->leaves.size()};
    p.path = audit::path_of(kDigests, found->leaves, found->which);
    return true;
  }
  std::uint64_t signer(std::uint64_t seq) override {
    const auto at = std::ranges::lower_bound(signed_, seq);
    return at == signed_.end() ? 0 : *at;
  }

 private:
  std::string folder_;
  std::map<std::uint64_t, std::string> roots_;
  std::vector<std::uint64_t> signed_;
};

Json json_of(const Proof& p, const audit::Line& line) {
  Json path = Json::array();
  for (const Hash& hash : p.path) path.push_back(hex_of(hash));
  Json out{{"leaf", hex_of(p.leaf)}, {"which", p.place.which}, {"leaves", p.place.leaves}, {"path", path}};
  out.update(Json{{"root", hex_of(line.sessions.root)}, {"seq", line.seq}, {"time", line.time}, {"signed_by", nullptr}});
  if (p.signed_by != 0) out["signed_by"] = p.signed_by;
  return out;
}

void print(const Json& p) {
  const std::string sign =
      p["signed_by"].is_null() ? "not signed yet: ask again in a minute" : "signed by checkpoint " + p["signed_by"].dump();
  std::printf("proved: record %llu of %llu under the root in entry %llu of %s, %s\n",
              static_cast<unsigned long long>(p["which"].get<std::uint64_t>() + 1),
              static_cast<unsigned long long>(p["leaves"].get<std::uint64_t>()),
              static_cast<unsigned long long>(p["seq"].get<std::uint64_t>()), p["time"].get<std::string>().c_str(),
              sign.c_str());
}

Json prove_one(Source& source, const std::string& record, std::uint64_t number) {
  Proof p{audit::leaf_of(kDigests, as_bytes(record)), {}, {}, {}};
  if (!source.find(p)) {
    throw failure_of(kFailed, "not_found", "line " + std::to_string(number) + ": no root of this log stands for this record",
                     "give it as it was written, to the last octet; a second may pass before it has its root");
  }
  audit::Line line;
  if (!audit::read_line(p.entry, line) || line.kind != audit::Kind::sessions || line.sessions.count != p.place.leaves ||
      !audit::stands(kDigests, p.leaf, p.place, p.path, line.sessions.root)) {
    broken("the root of entry " + std::to_string(line.seq) + " is another than that of its leaves");
  }
  p.signed_by = source.signer(line.seq);
  return json_of(p, line);
}

}  // namespace

int prove(const Globals& g, const ProveFlags& flags) {
  std::ifstream file;
  if (flags.file != "-") {
    file.open(flags.file, std::ios::binary);
    if (!file) throw failure_of(kInvalid, "unreadable", flags.file + ": cannot be opened", "give a file of decrypt records");
  }
  std::istream& in = flags.file == "-" ? std::cin : file;
  const std::unique_ptr<Source> source = flags.log.empty() ? std::unique_ptr<Source>(std::make_unique<FromDaemon>(g, flags.key))
                                                           : std::make_unique<FromFiles>(flags.log, flags.key);
  Json proofs = Json::array();
  std::uint64_t number = 0;
  for (std::string record; std::getline(in, record);) {
    proofs.push_back(prove_one(*source, record, ++number));
    if (!g.json && !g.quiet) print(proofs.back());
  }
  if (number == 0) throw failure_of(kInvalid, "empty", flags.file + ": holds no record", "give one decrypt record a line");
  if (g.json) std::printf("%s\n", Json{{"schema", 1}, {"proofs", proofs}}.dump(2).c_str());
  return kDone;
}

}  // namespace pellucid::app

// Eve: turns records into JSON lines that readers of Suricata's EVE know; what is ours stands under `pellucid`. Owned by the
// exporter thread, as are the digests and the certificate reader that it is given.
#pragma once
#include <string>
#include <vector>

#include "lib/classify/dpi.h"
#include "lib/export/certificate.h"
#include "lib/export/eve_decrypt.h"
#include "lib/export/eve_dns.h"
#include "lib/export/eve_tls.h"
#include "lib/export/json.h"
#include "lib/export/record.h"
#include "lib/policy/program.h"

namespace pellucid::exporter {

struct EveOptions {
  std::string pcap_filename = {};            // of a replay; empty: live
  std::vector<std::string> interfaces = {};  // names by Head.iface, for live capture
  std::string host = {};                     // EVE's sensor name; empty: left out
  bool lab = false;                          // keys were used without a grant: each record says so
};

class Eve {
 public:
  // `certificates` and `names` may be null: X.509 fields are left out then, applications are numbers.
  Eve(EveOptions options, const crypto::Digests& digests, CertificateReader* certificates,
      const classify::Names* names) noexcept;

  // Appends one line.
  void write(const View& record, std::string& out, const DecryptMore& more = {}) noexcept;
  // From which the names of rules are taken, for records of its generation; null: none are named.
  void set_policy(const policy::Program* policy) noexcept { policy_ = policy; }
  void set_grants(const GrantNames* grants) noexcept { grants_ = grants; }  // null: none are named

 private:
  void write_common(Json& json, const View& v, const net::Layers* layers) noexcept;
  void write_place(Json& json, const Head& h) noexcept;
  void write_own(Json& json, const View& v, const net::Layers* layers, Shown shown, const DecryptMore& more) noexcept;

  EveOptions options_;
  const crypto::Digests& digests_;
  const classify::Names* names_;
  const policy::Program* policy_ = nullptr;
  const GrantNames* grants_ = nullptr;
  TlsText tls_;
};

}  // namespace pellucid::exporter

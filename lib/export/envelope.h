// Envelope: a file for plaintext that is delivered: as it is, or encrypted for those who may read it. Abstract: a driver writes
// and encrypts. The exporter's thread owns both.
#pragma once
#include <memory>
#include <span>
#include <string>

#include "lib/base/bytes.h"

namespace pellucid::exporter {

class Envelope {
 public:
  virtual ~Envelope() = default;
  virtual bool write(Bytes bytes) = 0;  // false: the file cannot be written any further
  virtual bool close() = 0;             // what is missing at its end; false: the file is not whole
};

class Sealer {  // makes envelopes that only the holders of these certificates (DER) can open: CMS, RFC 5652 and 5083
 public:
  virtual ~Sealer() = default;
  // A new file, for its owner alone. Null: one line in `problem`.
  virtual std::unique_ptr<Envelope> seal(const std::string& path, std::span<const std::string> recipients,
                                         std::string& problem) = 0;
};

}  // namespace pellucid::exporter

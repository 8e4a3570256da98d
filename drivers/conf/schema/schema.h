// Schema: a JSON Schema (draft 7) that judges Trees, by valijson. Of a tree that does not fit, the first node that is at fault
// is named, in words made from the schema: its `description` says what to do. Any thread, one at a time.
//
// To find that node only `properties`, `additionalProperties`, `items` and `$ref` to `#/definitions/…` are followed: in a
// schema that uses anyOf and its kin the node that holds it is named.
#pragma once
#include <memory>

#include "lib/base/tree.h"

namespace pellucid::schema {

class Schema {
 public:
  explicit Schema(std::string_view text);  // CHECKs that it is one: schemas are ours
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  bool fits(const Tree& tree, Fault& fault) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace pellucid::schema

// Listener: one session with pools of its own, fed with conversations, for tests of sessions.
#pragma once
#include <memory>

#include "lib/tls/session.h"
#include "test/unit/tls/make.h"

namespace pellucid::tls {

struct Listener {
  explicit Listener(std::uint32_t chunks = 512) : spools(chunks) { reset(s); }
  ~Listener() {
    drop(s, spools);
    CHECK(spools.live_chunks() == 0);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  Step hear(unsigned dir, Bytes bytes) {
    Room room{spools, {scratch.get(), kScratch}};
    const Step step = feed(s, dir == 0 ? Dir::up : Dir::down, bytes, room);
    hellos += step == Step::hello;
    if (step == Step::done || step == Step::failed) end = step;
    return step;
  }
  Step hear(const make::Talk& talk) {
    for (const make::Said& said : talk) hear(said.dir, said.bytes);
    return end;
  }
  make::Octets kept(const Spool& spool) const {
    make::Octets out(spool.size);
    spools.gather(spool, out);
    return out;
  }
  std::string_view sni() const { return {s.sni, s.sni_size}; }
  std::string_view selected() const { return {s.selected, s.selected_size}; }
  std::string_view offered() const { return {s.offered, s.offered_size}; }
  // Everything that a record would be made of, as one string.
  make::Octets result() const {
    using make::number;
    make::Octets out = make::join({number(s.flags, 2),
                                   number(s.version, 2),
                                   number(s.offered_version, 2),
                                   number(s.cipher, 2),
                                   number(s.group, 2),
                                   number(s.alert_level[0], 1),
                                   number(s.alert_level[1], 1),
                                   number(s.alert[0], 1),
                                   number(s.alert[1], 1),
                                   number(static_cast<unsigned>(s.ech), 1),
                                   number(index(s.client), 1),
                                   number(s.client_known, 1),
                                   number(s.hello_read, 1),
                                   number(s.server_read, 1),
                                   number(s.full, 1),
                                   number(s.over, 1),
                                   number(static_cast<unsigned>(end), 1),
                                   make::octets(sni()),
                                   {0},
                                   make::octets(selected()),
                                   {0},
                                   make::octets(offered())});
    for (const Spool& spool : {s.client_hello, s.server_hello, s.hello_retry, s.certificates, s.client_certificates}) {
      make::add(out, make::sized(4, kept(spool)));
    }
    return out;
  }

  Spools spools;
  std::unique_ptr<std::uint8_t[]> scratch = std::make_unique<std::uint8_t[]>(kScratch);
  Session s;
  Step end = Step::more;
  unsigned hellos = 0;
};

}  // namespace pellucid::tls

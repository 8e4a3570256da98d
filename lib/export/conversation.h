// Conversations: plaintext of opened sessions as packets that any tool reads: pcapng text in which each session is a TCP
// conversation of its own ends, at its own times, with a handshake and checksums made up here. What is missing of the
// plaintext is missing of the sequence numbers. The exporter's thread owns it; it keeps no plaintext.
#pragma once
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lib/export/record.h"

namespace pellucid::exporter {

inline constexpr std::size_t kMaxConversations = 65'536;  // open at once; the one that was silent longest is ended
inline constexpr std::uint32_t kMaxGap = 1u << 28;        // longer gaps are shown as this: sequence numbers come round

class Conversations {
 public:
  // The head of a file. Conversations that go on in it shake hands anew, so that each file can be read alone.
  void begin_file(std::string_view comment, std::string& out);
  // One `text` record.
  void add(const View& text, std::string& out);
  std::size_t open() const noexcept { return silent_.size(); }

 private:
  struct Conversation {
    Head head;  // of its first record
    std::uint64_t file;
    std::uint64_t last_ns;
    std::uint64_t expected[2];  // offset in the plaintext of each direction
    std::uint32_t next[2];      // sequence number
  };
  using Silent = std::list<Conversation>;  // the one that spoke last is at the end

  Conversation& find(const Head& head, std::string& out);
  void shake_hands(Conversation& c, std::string& out) const;
  void end(Conversation& c, std::string& out) const;
  void close(Silent::iterator at, std::string& out);

  Silent silent_;
  std::unordered_map<std::uint64_t, Silent::iterator> by_flow_;
  std::uint64_t file_ = 0;
};

}  // namespace pellucid::exporter

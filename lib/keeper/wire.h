// Wire: between one worker and the keeper's thread: questions one way, answers the other, a ring each; what has passed is
// wiped. The worker asks through asker(), never waits, and takes answers between its turns; the keeper serves.
#pragma once
#include <vector>

#include "lib/base/ring.h"
#include "lib/keeper/keeper.h"

namespace pellucid::keeper {

// An answer, as the worker takes it. Views are valid until the call returns.
struct Answered {
  enum class Kind : std::uint8_t {
    lease,     // to lease()
    terms,     // more is known of the session
    withdrawn  // nothing more may be opened: the terms say why
  };
  Kind kind;
  keys::SessionId id;
  keys::Part part;
  keys::Side side;
  const keys::DirectionKeys* keys;  // null: refused
  keys::Terms terms;
};

class Wire {
 public:
  static constexpr std::size_t kQuestionBytes = 1u << 20;
  static constexpr std::size_t kAnswerBytes = 1u << 18;
  static constexpr std::size_t kMaxHeld = 1024;  // questions that wait for a ticket
  static constexpr std::uint64_t kHoldMs = 250;  // … and for how long

  explicit Wire(const crypto::Hasher& hasher) : asker_(*this, hasher), questions_(kQuestionBytes), answers_(kAnswerBytes) {}

  // Worker.
  keys::Keys& asker() noexcept { return asker_; }
  template <class Take>
  void take(Take&& take) noexcept {
    for (Bytes message = answers_.read(); !message.empty(); message = answers_.read()) {
      keys::DirectionKeys keys;
      take(unpack_answer(message, keys));
    }
    answers_.release_wiped();
  }
  std::uint64_t full() const noexcept { return asker_.full; }  // questions for which there was no room

  bool asked() const noexcept { return questions_.used_bytes() != 0; }
  bool holds() const noexcept { return !held_.empty(); }
  // Keeper. At most so many questions; gives how many there were.
  unsigned serve(Keeper& keeper, unsigned most) noexcept;
  // A client may go on from a ticket before the session that gave it has been judged: what hangs on an unknown ticket is held,
  // and asked again when tickets came, for the last time when its time is over. Gives how many were answered.
  unsigned serve_held(Keeper& keeper, std::uint64_t now_ms) noexcept;
  // False: there is no room for an answer now.
  bool withdraw(keys::SessionId id, const keys::Terms& terms) noexcept;

 private:
  class Asker final : public keys::Keys {
   public:
    Asker(Wire& wire, const crypto::Hasher& hasher) : wire_(wire), hasher_(hasher) {}
    void begin(keys::SessionId id, const keys::Ends& ends) noexcept override;
    void message(keys::SessionId id, keys::Side from, std::uint8_t type, Bytes body) noexcept override;
    keys::Answer lease(keys::SessionId id, const keys::Hellos& hellos, keys::Part part, keys::Side side,
                       std::int64_t captured_s, keys::DirectionKeys& keys) noexcept override;
    Err renew(std::uint16_t suite, keys::DirectionKeys& keys) noexcept override { return keys::renew(hasher_, suite, keys); }
    void terms(keys::SessionId, keys::Terms&) noexcept override {}  // they come with answers
    keys::Answer more(keys::SessionId id, std::uint64_t used, keys::Terms& terms) noexcept override;
    void end(keys::SessionId id, std::uint64_t used) noexcept override;

    std::uint64_t full = 0;

   private:
    Wire& wire_;
    const crypto::Hasher& hasher_;
  };

  static Answered unpack_answer(Bytes message, keys::DirectionKeys& keys) noexcept;
  void answer(Keeper& keeper, Bytes question) noexcept;
  bool hold(Keeper& keeper, Bytes question) noexcept;
  bool has_room() const noexcept;  // for answers
  void answer_lease(Keeper& keeper, Bytes question) noexcept;
  bool put(Answered::Kind kind, keys::SessionId id, const keys::Terms& terms) noexcept;

  Asker asker_;
  Ring questions_;
  Ring answers_;

  struct Held {
    std::vector<std::uint8_t> question;
    std::uint64_t until_ms;  // 0: not said yet
  };
  std::vector<Held> held_;
  std::uint64_t tickets_ = 0;  // those that there were when held questions were asked last
};

}  // namespace pellucid::keeper

#include "lib/tls/chain.h"

namespace pellucid::tls {

Chain::Chain(Bytes message_body, ChainForm form) noexcept : in_(message_body), form_(form) {
  if (form == ChainForm::tls13) static_cast<void>(in_.take8());
  const Bytes list = in_.take24();
  ok_ = in_.ok();
  in_ = Cursor(list);
}

bool Chain::next(Bytes& der) noexcept {
  if (!ok_ || in_.left() == 0) return false;
  const Bytes one = in_.take24();
  if (form_ == ChainForm::tls13) static_cast<void>(in_.take16());
  if (!in_.ok() || count_ == kMaxChain) {
    ok_ = false;
    return false;
  }
  ++count_;
  der = one;
  return true;
}

}  // namespace pellucid::tls

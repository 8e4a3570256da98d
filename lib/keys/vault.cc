#include "lib/keys/vault.h"

#include <algorithm>

#include "lib/keys/terms.h"

namespace pellucid::keys {
namespace {

bool in_time(const KeyView& view, std::int64_t now_s) noexcept {
  return now_s >= view.not_before_s && (view.not_after_s == 0 || now_s < view.not_after_s);
}

// What a key is found by: the share, or the digest of an RSA key. Of one size only where they are of one kind, or by chance.
Bytes name_of(const KeyView& view) noexcept { return view.is_rsa() ? Bytes(view.prints.public_key) : Bytes(view.share); }
bool before(Bytes a, Bytes b) noexcept { return std::ranges::lexicographical_compare(a, b); }

}  // namespace

KeyView Vault::view_of(const crypto::DhKey& key) const {
  KeyView view;
  view.group = key.group();
  view.share.assign(key.share().begin(), key.share().end());
  view.prints.public_key = key.public_key();
  std::uint8_t digest[32];
  digests_.sha256(key.share(), digest);
  std::copy_n(digest, view.prints.visibility.size(), view.prints.visibility.begin());
  view.id = hex_of(Bytes(view.prints.visibility).first(kKeyId));
  return view;
}

void Vault::put(Item item) {
  const auto at = std::ranges::lower_bound(items_, name_of(item.view), before, [](const Item& i) { return name_of(i.view); });
  items_.insert(at, std::move(item));
}

Vault::Added Vault::add(FoundKey key, const std::string& file, std::int64_t now_s, std::string& id) {
  Item first, second;
  if (key.rsa != nullptr) {
    first.view.bits = key.rsa->bits();
    first.view.prints.public_key = key.rsa->public_key();
    first.view.id = hex_of(Bytes(first.view.prints.public_key).first(kKeyId));
  } else {
    first.view = view_of(*key.dh);
  }
  id = first.view.id;
  if (find(id) != nullptr) return Added::known;
  if (items_.size() + (key.twin != nullptr ? 2 : 1) > kMaxKeys) return Added::full;
  if (key.not_after_s != 0 && key.not_after_s <= now_s) return Added::expired;
  if (key.twin != nullptr) {
    second.view = view_of(*key.twin);
    second.view.twin = first.view.id;
    first.view.twin = second.view.id;
  }
  first.dh = std::move(key.dh);
  first.rsa = std::move(key.rsa);
  second.dh = std::move(key.twin);
  for (Item* const item : {&first, &second}) {
    item->view.file = file;
    item->view.not_before_s = key.not_before_s;
    item->view.not_after_s = key.not_after_s;
    item->view.added_s = now_s;
    item->view.prints.since_s = key.made_s != 0 ? key.made_s : now_s;
    if (key.not_before_s != 0) item->view.prints.since_s = key.not_before_s;
    if (item->dh != nullptr || item->rsa != nullptr) put(std::move(*item));
  }
  return Added::done;
}

crypto::DhKey* Vault::find(crypto::Group group, Bytes share, std::int64_t now_s, KeyPrints& prints) const noexcept {
  auto at = std::ranges::lower_bound(items_, share, before, [](const Item& i) { return name_of(i.view); });
  for (; at != items_.end() && std::ranges::equal(name_of(at->view), share); ++at) {
    if (at->dh == nullptr || at->view.group != group || !in_time(at->view, now_s)) continue;
    prints = at->view.prints;
    return at->dh.get();
  }
  return nullptr;
}

crypto::RsaKey* Vault::find_rsa(const Sha256& public_key, std::int64_t now_s) const noexcept {
  auto at = std::ranges::lower_bound(items_, Bytes(public_key), before, [](const Item& i) { return name_of(i.view); });
  for (; at != items_.end() && std::ranges::equal(name_of(at->view), public_key); ++at) {
    if (at->rsa != nullptr && in_time(at->view, now_s)) return at->rsa.get();
  }
  return nullptr;
}

template <class Goes>
std::vector<KeyView> Vault::drop(Goes&& goes) {
  std::vector<KeyView> gone;
  std::erase_if(items_, [&](Item& item) {
    if (!goes(item.view)) return false;
    gone.push_back(item.view);
    ++gone_;
    return true;
  });
  return gone;
}

std::vector<KeyView> Vault::zeroise(const std::string& id) {
  return drop([&](const KeyView& view) { return view.id == id || view.twin == id; });
}
std::vector<KeyView> Vault::zeroise_file(const std::string& file) {
  return drop([&](const KeyView& view) { return view.file == file; });
}
std::vector<KeyView> Vault::zeroise_all() {
  return drop([](const KeyView&) { return true; });
}
std::vector<KeyView> Vault::expire(std::int64_t now_s) {
  return drop([&](const KeyView& view) { return view.not_after_s != 0 && view.not_after_s <= now_s; });
}

bool Vault::holds(const KeyPrints& prints) const noexcept {
  return std::ranges::any_of(items_, [&](const Item& i) {
    return i.view.prints.visibility == prints.visibility && i.view.prints.public_key == prints.public_key;
  });
}

const KeyView* Vault::find(const std::string& id) const noexcept {
  const auto at = std::ranges::find_if(items_, [&](const Item& item) { return item.view.id == id; });
  return at == items_.end() ? nullptr : &at->view;
}

std::vector<KeyView> Vault::list() const {
  std::vector<KeyView> out;
  for (const Item& item : items_) out.push_back(item.view);
  std::ranges::sort(out, {}, &KeyView::id);
  return out;
}

}  // namespace pellucid::keys

#include "drivers/dpi/ndpi/module.h"

#include <mutex>

#include "drivers/dpi/ndpi/arena.h"
#include "lib/base/check.h"
#include "lib/classify/label.h"

namespace pellucid::dpi {
namespace {

namespace c = classify;

static_assert(c::kUnknown == NDPI_PROTOCOL_UNKNOWN && c::kDns == NDPI_PROTOCOL_DNS && c::kHttp == NDPI_PROTOCOL_HTTP);
static_assert(c::kMdns == NDPI_PROTOCOL_MDNS && c::kTls == NDPI_PROTOCOL_TLS && c::kLlmnr == NDPI_PROTOCOL_LLMNR);
static_assert(c::kHttpConnect == NDPI_PROTOCOL_HTTP_CONNECT && c::kQuic == NDPI_PROTOCOL_QUIC &&
              c::kDtls == NDPI_PROTOCOL_DTLS);
static_assert(static_cast<int>(c::Confidence::unknown) == NDPI_CONFIDENCE_UNKNOWN);
static_assert(static_cast<int>(c::Confidence::match_by_port) == NDPI_CONFIDENCE_MATCH_BY_PORT);
static_assert(static_cast<int>(c::Confidence::match_by_ip) == NDPI_CONFIDENCE_MATCH_BY_IP);
static_assert(static_cast<int>(c::Confidence::dpi_cache) == NDPI_CONFIDENCE_DPI_CACHE);
static_assert(static_cast<int>(c::Confidence::dpi) == NDPI_CONFIDENCE_DPI);
static_assert(std::size(c::kConfidenceLabels) == NDPI_CONFIDENCE_MAX);

constexpr unsigned kMaskBits = 8 * sizeof(ndpi_ndpi_mask);
static_assert(kMaskBits == 32);

constinit std::mutex init_mutex;

// The hooks are global to the process and never change once set.
void set_hooks() noexcept {
  set_ndpi_malloc(arena_malloc);
  set_ndpi_free(arena_free);
  set_ndpi_flow_malloc(arena_malloc);
  set_ndpi_flow_free(arena_free);
}

}  // namespace

void FreeModule::operator()(ndpi_detection_module_struct* m) const noexcept {
  const std::scoped_lock lock(init_mutex);
  ndpi_exit_detection_module(m);
}

Module make_module() {
  const std::scoped_lock lock(init_mutex);
  static const bool hooked = (set_hooks(), true);
  CHECK(hooked && ndpi_get_api_version() == NDPI_API_VERSION);
  Module module(ndpi_init_detection_module(ndpi_no_prefs));
  CHECK(module != nullptr);
  // MDNS and LLMNR are read by nDPI's DNS dissector, so they go with it.
  NDPI_PROTOCOL_BITMASK wanted;
  NDPI_BITMASK_SET_ALL(wanted);
  for (const std::uint16_t ours : {c::kTls, c::kHttp, c::kDns, c::kQuic, c::kDtls}) {
    wanted.fds_bits[ours / kMaskBits] &= ~(1u << ours % kMaskBits);
  }
  ndpi_set_protocol_detection_bitmask2(module.get(), &wanted);
  ndpi_finalize_initialization(module.get());
  return module;
}

}  // namespace pellucid::dpi

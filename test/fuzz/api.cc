// What callers of the control API send, as lines METHOD, PATH, parameters and a body: each is answered with a known status and,
// where it is JSON, with JSON that can be read. The desk is empty, the history of policies is in memory.
#include "app/daemon/api.h"

#include <filesystem>

#include "app/daemon/maker.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "test/unit/base/shelf.h"

namespace {

using namespace pellucid;
using namespace pellucid::app;

class EmptyDesk final : public Desk {
 public:
  StatusView status() override { return {}; }
  std::vector<PortView> ports() override { return {}; }
  std::vector<WorkerView> workers() override { return {}; }
  std::vector<SinkView> sinks() override { return {}; }
  FlowList flows(const FlowFilter& filter) override {
    CHECK(filter.limit <= 1000);
    return {};
  }
  std::optional<FlowView> flow(std::uint64_t) override { return std::nullopt; }
  AppList apps(unsigned) override { return {}; }
  std::string metrics_text() override { return {}; }
  std::string configuration() const override { return {}; }
  Health health() const override { return {true, true, {}}; }
};

using Memory = test::MemoryShelf;

class Maker final : public CompiledPolicies {
 public:
  Maker() : CompiledPolicies({nullptr, nullptr}) {}
  Impact impact(const Program&) override { return {}; }
  Published publish(std::shared_ptr<const Program>) override { return {1, 1, 0}; }
};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

engine::Request request_of(std::string_view text) {
  engine::Request request;
  request.method = take_line(text);
  request.path = take_line(text);
  std::string_view query = take_line(text);
  while (!query.empty() && request.query.size() < 16) {
    const std::string_view pair = query.substr(0, std::min(query.find('&'), query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    request.query.emplace_back(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  request.body = text;
  request.caller.way = engine::Caller::Way::local;  // root: view, operate and audit
  request.caller.name = "root";
  return request;
}

// A log of its own, whose files are gone at once: nothing of a run stays.
AuditLog& audit_log() {
  static const std::unique_ptr<AuditLog> log = [] {
    char folder[] = "/tmp/fuzz-api-XXXXXX";
    CHECK(mkdtemp(folder) != nullptr);
    std::string problem;
    auto opened = AuditLog::open(folder, problem);
    std::filesystem::remove_all(folder);
    CHECK(opened != nullptr);
    return opened;
  }();
  return *log;
}

std::uint64_t noon() { return 1'700'000'000; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static EmptyDesk desk;
  Memory shelf;
  Maker maker;
  Policies policies(shelf, maker, noon);
  std::string problem;
  CHECK(policies.start("version: 1\ndefault: {level: count}\n", "default", problem));
  Memory grants_shelf;
  Grants grants(grants_shelf, "sensor-1", noon);
  grants.start(0);
  KeyDesk keys("", audit_log(), noon);
  Turnstile turnstile{desk, policies, grants, keys, audit_log()};
  Api api(turnstile, RoleTable::standard());
  const engine::Request request = request_of(as_text(Bytes{data, size}));
  const engine::Reply admitted = api.admit(request);
  if (admitted.status != 200) CHECK(admitted.status >= 400 && admitted.status < 600);
  const engine::Reply reply = api.answer(request);
  CHECK(reply.status >= 200 && reply.status < 600 && reply.status != 500);
  if (reply.type.starts_with("application/json")) CHECK(nlohmann::json::accept(reply.body));
  return 0;
}

#include "lib/engine/exporter.h"

namespace pellucid::engine {

bool Exporter::turn() noexcept {
  unsigned taken = 0;
  for (Ring* ring : rings_) taken += drain(*ring);
  return taken != 0;
}

unsigned Exporter::drain(Ring& ring) noexcept {
  unsigned n = 0;
  text_.clear();
  text_lines_ = 0;
  secret_ = false;
  for (Bytes message = ring.read(); !message.empty(); message = ring.read()) {
    take(exporter::read_record(message));
    if (++n == kMaxTurn) break;
  }
  secret_ ? ring.release_wiped() : ring.release();
  if (text_lines_ != 0) put(text_, text_lines_);
  return n;
}

void Exporter::say(std::string_view line) noexcept {
  counters_.stats_made.inc();
  put(line, 1);
}

void Exporter::put(std::string_view text, std::uint64_t lines) noexcept {
  if (!failed_ && sink_ != nullptr && !sink_->write(text)) failed_ = true;
  if (failed_) {
    counters_.lines_dropped.add(lines);
  } else {
    counters_.lines_written.add(lines);
    counters_.lines_bytes.add(text.size());
  }
}

void Exporter::take(const exporter::View& view) noexcept {
  counters_.records_taken.at(view.head->kind).inc();
  if (view.head->kind == exporter::Kind::text) return deliver(view);
  if (witness_ != nullptr && view.head->kind == exporter::Kind::decrypt) {
    const exporter::DecryptBody& body = view.as<exporter::DecryptBody>();
    if (body.result == exporter::Outcome::refused) witness_->refused(body.terms.reason, view.head->ts_ns);
  }
  const std::uint64_t count = collapse_.count(view);
  if (count == 0) return counters_.records_collapsed.inc();
  if ((view.head->flags & exporter::kHeadIncomplete) != 0) counters_.records_incomplete.inc();
  tally_.add(view);
  ++text_lines_;
  if (sink_ != nullptr && !failed_) write(view, count);
}

void Exporter::write(const exporter::View& view, std::uint64_t count) noexcept {
  if (witness_ == nullptr || view.head->kind != exporter::Kind::decrypt) return eve_.write(view, text_, {count});
  const std::size_t begin = text_.size();
  const audit::Salt salt = witness_->salt();
  eve_.write(view, text_, {count, salt});
  witness_->written(std::string_view(text_).substr(begin, text_.size() - begin - 1), view.head->ts_ns);
}

void Exporter::deliver(const exporter::View& view) noexcept {
  secret_ = true;
  if (deliverer_ == nullptr || !deliverer_->deliver(view)) return counters_.texts_dropped.inc();
  counters_.texts_delivered.inc();
  counters_.texts_bytes.add(view.part(exporter::Part::text).size());
}

}  // namespace pellucid::engine

#include "lib/export/eve_http.h"

#include "lib/http/head.h"

namespace pellucid::exporter {
namespace {

void write_field(Json& json, std::string_view key, const http::Head& head, std::string_view name) noexcept {
  const std::string_view value = http::field(head, name);
  if (!value.empty()) json.text(key, value);
}

// Where a grant allows headers alone, what is asked of an address is content (RFC 3986 3.4).
std::string_view shown(std::string_view url, bool brief) noexcept {
  return brief ? url.substr(0, url.find_first_of("?#")) : url;
}

void write_url_field(Json& json, std::string_view key, const http::Head& head, std::string_view name, bool brief) noexcept {
  const std::string_view value = http::field(head, name);
  if (!value.empty()) json.text(key, without_userinfo(shown(value, brief)));
}

void write_request(Json& json, const http::Head& request, bool brief) noexcept {
  const http::Authority whom = http::authority(request);
  if (!whom.host.empty()) json.text("hostname", whom.host);
  if (whom.port != 0) json.number("http_port", whom.port);
  json.text("url", without_userinfo(shown(request.target, brief)));
  write_field(json, "http_user_agent", request, "user-agent");
  write_field(json, "xff", request, "x-forwarded-for");
  write_url_field(json, "http_refer", request, "referer", brief);
  json.text("http_method", request.method);
}

void write_response(Json& json, const http::Head& response, bool brief) noexcept {
  const std::string_view type = http::field(response, "content-type");
  if (!type.empty()) json.text("http_content_type", type.substr(0, type.find(';')));
  if (const std::string_view range = http::field(response, "content-range"); !range.empty()) {
    json.open_object("content_range");
    json.text("raw", range);
    json.close_object();
  }
  json.number("status", response.status);
  write_url_field(json, "redirect", response, "location", brief);
}

}  // namespace

std::string without_userinfo(std::string_view url) noexcept {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos && !url.starts_with("//")) return std::string(url);
  const std::size_t begin = url.starts_with("//") ? 2 : colon + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(url);
  return std::string(url.substr(0, begin)).append(url.substr(at + 1));
}

void write_http(Json& json, const View& v) noexcept {
  const HttpBody& b = v.as<HttpBody>();
  json.number("tx_id", b.tx);
  json.open_object("http");
  const Result<http::Head> request = http::read_head(v.part(Part::http_request));
  const Result<http::Head> response = http::read_head(v.part(Part::http_response));
  if (request && request->kind == http::Kind::request) write_request(json, *request, b.brief != 0);
  if (response && response->kind == http::Kind::response) write_response(json, *response, b.brief != 0);
  const std::string_view version = request ? request->version : response ? response->version : std::string_view{};
  if (!version.empty()) json.text("protocol", version);
  json.number("length", b.response_bytes);
  json.close_object();
}

}  // namespace pellucid::exporter

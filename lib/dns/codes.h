// Codes: the names of DNS types, classes, opcodes and response codes, as IANA registers them. Constant tables, any thread.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace pellucid::dns {

struct Code {
  std::uint16_t number;
  std::string_view name;
};

inline constexpr std::array kTypes{
    Code{1, "A"},           Code{2, "NS"},      Code{3, "MD"},         Code{4, "MF"},        Code{5, "CNAME"},
    Code{6, "SOA"},         Code{7, "MB"},      Code{8, "MG"},         Code{9, "MR"},        Code{10, "NULL"},
    Code{11, "WKS"},        Code{12, "PTR"},    Code{13, "HINFO"},     Code{14, "MINFO"},    Code{15, "MX"},
    Code{16, "TXT"},        Code{17, "RP"},     Code{18, "AFSDB"},     Code{19, "X25"},      Code{20, "ISDN"},
    Code{21, "RT"},         Code{22, "NSAP"},   Code{23, "NSAPPTR"},   Code{24, "SIG"},      Code{25, "KEY"},
    Code{26, "PX"},         Code{27, "GPOS"},   Code{28, "AAAA"},      Code{29, "LOC"},      Code{30, "NXT"},
    Code{31, "EID"},        Code{32, "NIMLOC"}, Code{33, "SRV"},       Code{34, "ATMA"},     Code{35, "NAPTR"},
    Code{36, "KX"},         Code{37, "CERT"},   Code{38, "A6"},        Code{39, "DNAME"},    Code{40, "SINK"},
    Code{41, "OPT"},        Code{42, "APL"},    Code{43, "DS"},        Code{44, "SSHFP"},    Code{45, "IPSECKEY"},
    Code{46, "RRSIG"},      Code{47, "NSEC"},   Code{48, "DNSKEY"},    Code{49, "DHCID"},    Code{50, "NSEC3"},
    Code{51, "NSEC3PARAM"}, Code{52, "TLSA"},   Code{53, "SMIMEA"},    Code{55, "HIP"},      Code{56, "NINFO"},
    Code{57, "RKEY"},       Code{58, "TALINK"}, Code{59, "CDS"},       Code{60, "CDNSKEY"},  Code{61, "OPENPGPKEY"},
    Code{62, "CSYNC"},      Code{63, "ZONEMD"}, Code{64, "SVCB"},      Code{65, "HTTPS"},    Code{66, "DSYNC"},
    Code{99, "SPF"},        Code{100, "UINFO"}, Code{101, "UID"},      Code{102, "GID"},     Code{103, "UNSPEC"},
    Code{104, "NID"},       Code{105, "L32"},   Code{106, "L64"},      Code{107, "LP"},      Code{108, "EUI48"},
    Code{109, "EUI64"},     Code{249, "TKEY"},  Code{250, "TSIG"},     Code{251, "IXFR"},    Code{252, "AXFR"},
    Code{253, "MAILB"},     Code{254, "MAILA"}, Code{255, "ANY"},      Code{256, "URI"},     Code{257, "CAA"},
    Code{258, "AVC"},       Code{259, "DOA"},   Code{260, "AMTRELAY"}, Code{261, "RESINFO"}, Code{262, "WALLET"},
    Code{32768, "TA"},      Code{32769, "DLV"},
};
inline constexpr std::array kClasses{Code{1, "IN"}, Code{3, "CH"}, Code{4, "HS"}, Code{254, "NONE"}, Code{255, "ANY"}};
inline constexpr std::array kOpcodes{Code{0, "QUERY"},  Code{1, "IQUERY"}, Code{2, "STATUS"},
                                     Code{4, "NOTIFY"}, Code{5, "UPDATE"}, Code{6, "DSO"}};
inline constexpr std::array kRcodes{
    // RFC 6895 2.3; 16 and above need OPT's upper bits
    Code{0, "NOERROR"},  Code{1, "FORMERR"},    Code{2, "SERVFAIL"}, Code{3, "NXDOMAIN"},  Code{4, "NOTIMP"},
    Code{5, "REFUSED"},  Code{6, "YXDOMAIN"},   Code{7, "YXRRSET"},  Code{8, "NXRRSET"},   Code{9, "NOTAUTH"},
    Code{10, "NOTZONE"}, Code{11, "DSOTYPENI"}, Code{16, "BADVERS"}, Code{17, "BADKEY"},   Code{18, "BADTIME"},
    Code{19, "BADMODE"}, Code{20, "BADNAME"},   Code{21, "BADALG"},  Code{22, "BADTRUNC"}, Code{23, "BADCOOKIE"},
};
static_assert(std::ranges::is_sorted(kTypes, {}, &Code::number) && std::ranges::is_sorted(kClasses, {}, &Code::number));
static_assert(std::ranges::is_sorted(kOpcodes, {}, &Code::number) && std::ranges::is_sorted(kRcodes, {}, &Code::number));

template <std::size_t N>
constexpr std::string_view name_in(const std::array<Code, N>& table, unsigned number) noexcept {
  const auto at = std::ranges::lower_bound(table, number, {}, &Code::number);
  return at != table.end() && at->number == number ? at->name : std::string_view{};
}
// Empty where IANA has no name: records then show the number.
constexpr std::string_view type_name(unsigned type) noexcept { return name_in(kTypes, type); }
constexpr std::string_view class_name(unsigned klass) noexcept { return name_in(kClasses, klass); }
constexpr std::string_view opcode_name(unsigned opcode) noexcept { return name_in(kOpcodes, opcode); }
constexpr std::string_view rcode_name(unsigned rcode) noexcept { return name_in(kRcodes, rcode); }

static_assert(type_name(65) == "HTTPS" && type_name(54).empty() && rcode_name(3) == "NXDOMAIN" && class_name(2).empty());

}  // namespace pellucid::dns

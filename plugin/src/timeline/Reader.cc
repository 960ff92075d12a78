#include "Reader.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "Columns.h"
#include "Escape.h"

namespace k8s {

namespace {

constexpr size_t longest_reason = 200;
constexpr size_t longest_count = 20; // digits of 2^64 - 1
constexpr size_t longest_seconds = 18;

constexpr bool IsDigit(char c) noexcept { return c >= '0' && c <= '9'; }

// The digits in front, taken away from the text.
std::string_view TakeDigits(std::string_view& text) noexcept {
    const auto* end = std::find_if_not(text.begin(), text.end(), IsDigit);
    const auto digits = text.substr(0, static_cast<size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

std::optional<uint64_t> ParseCount(std::string_view text) noexcept {
    uint64_t value = 0;
    if ( text.empty() || text.size() > longest_count || ! std::all_of(text.begin(), text.end(), IsDigit) )
        return {};
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
    return error == std::errc{} ? std::optional(value) : std::nullopt;
}

// Seconds with a fraction: exact, unlike anything that goes through a double.
std::optional<int64_t> ParseTime(std::string_view text) noexcept {
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative ? 1 : 0);

    const auto seconds = TakeDigits(text);
    std::string_view fraction;
    if ( text.starts_with('.') ) {
        text.remove_prefix(1);
        fraction = TakeDigits(text);
        if ( fraction.empty() || fraction.size() > longest_count )
            return {};
    }
    if ( seconds.empty() || seconds.size() > longest_seconds || ! text.empty() )
        return {};

    int64_t whole = 0;
    std::from_chars(seconds.begin(), seconds.end(), whole);
    if ( whole > time_limit / second )
        return {};

    int64_t micros = 0;
    for ( size_t i = 0; i < 6; ++i )
        micros = micros * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
    micros += whole * second;
    if ( micros > time_limit )
        return {};
    return negative ? -micros : micros;
}

template<class Use>
void Split(std::string_view text, char separator, const Use& use) {
    for ( ;; ) {
        const auto at = text.find(separator);
        use(text.substr(0, at));
        if ( at == std::string_view::npos )
            return;
        text.remove_prefix(at + 1);
    }
}

} // namespace

Reader::Step Reader::Next() {
    while ( ! rest.empty() ) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        ++line_number;

        if ( line.empty() )
            continue;
        if ( line.front() != '#' )
            return ReadRow(line) ? Step::row : Step::problem;
        if ( ! ReadMeta(line) )
            return Step::problem;
    }
    return Step::end;
}

bool Reader::ReadMeta(std::string_view line) {
    const auto word = line.substr(0, line.find_first_of("\t "));
    for ( const auto& expected : format_lines )
        if ( expected.substr(0, expected.find_first_of("\t ")) == word )
            return line == expected || Bad(std::string("unsupported ").append(word.substr(1)));

    if ( word != "#fields" )
        return true;

    has_fields = true;
    width = 0;
    places.fill(~size_t{0});
    if ( const auto tab = line.find('\t'); tab != std::string_view::npos )
        Split(line.substr(tab + 1), '\t', [&](std::string_view name) {
            const auto* known = std::find(column_names.begin(), column_names.end(), name);
            if ( known != column_names.end() )
                places[static_cast<size_t>(known - column_names.begin())] = width;
            ++width;
        });
    return true;
}

bool Reader::ReadRow(std::string_view line) {
    if ( ! has_fields )
        return Bad("row before #fields");

    cells.clear();
    Split(line, '\t', [&](std::string_view cell) { cells.push_back(cell); });
    if ( cells.size() != width )
        return Bad(std::to_string(cells.size()) + " cells, " + std::to_string(width) + " expected");
    if ( ! IsUtf8(line) )
        return Bad("bad utf-8");

    has_escapes = line.find('\\') != std::string_view::npos;
    unescaped.clear();
    if ( has_escapes )
        unescaped.reserve(line.size());

    if ( ! ReadText(cluster, row.cluster) )
        return false;
    if ( row.cluster.empty() )
        return Bad("no cluster");
    if ( Cell(revision) == "-" )
        return Bad("no revision");
    if ( ! ReadCount(revision, "revision", ~uint64_t{0}, row.revision) || ! ReadKind() || ! ReadTime(to, row.end) ||
         ! ReadText(network, row.network) )
        return false;

    row.is_range = Cell(subnet) != "-";
    if ( row.is_range == (Cell(addr) != "-") )
        return Bad(row.is_range ? "addr and subnet" : "no addr");
    if ( ! row.is_range )
        return ReadClaim();

    const auto parsed = Subnet::Parse(Cell(subnet));
    if ( ! parsed )
        return Bad("bad subnet", Cell(subnet));
    row.subnet = *parsed;
    return true;
}

bool Reader::ReadClaim() {
    if ( Cell(from) == "-" )
        return Bad("no from");
    const auto parsed = Address::Parse(Cell(addr));
    if ( ! parsed )
        return Bad("bad addr", Cell(addr));
    row.address = *parsed;

    if ( ! ReadTime(from, row.start) )
        return false;
    if ( row.end < row.start )
        return Bad(std::string("to '").append(Cell(to)).append("' before from '").append(Cell(from)).append("'"));
    ReadEnded();
    return ReadPort() && ReadTime(terminating, row.terminating) && ReadVersion() && ReadOwner();
}

bool Reader::ReadPort() {
    uint64_t number = 0;
    if ( Cell(port) != "-" && ! ReadCount(port, "port", 0xffff, number) )
        return false;

    row.port = static_cast<uint16_t>(number);
    row.proto = Proto::none;
    if ( ! row.port )
        return true;
    for ( const auto known : {Proto::tcp, Proto::udp, Proto::sctp} )
        if ( Cell(proto) == Name(known) )
            row.proto = known;
    if ( row.proto != Proto::none )
        return true;
    return Cell(proto) == "-" ? Bad("no proto") : Bad("bad proto", Cell(proto));
}

// A reason that a later release has made up is none to this one.
void Reader::ReadEnded() {
    row.ended = Ended::unset;
    if ( row.end == never )
        return;
    for ( const auto known : {Ended::finished, Ended::changed, Ended::deleted, Ended::moved, Ended::missing} )
        if ( Cell(ended) == Name(known) )
            row.ended = known;
}

bool Reader::ReadVersion() {
    uint64_t number = 0;
    if ( Cell(version) != "-" && ! ReadCount(version, "version", last_version, number) )
        return false;
    row.version = static_cast<uint8_t>(number);
    return true;
}

bool Reader::ReadOwner() {
    auto& owner = row.owner;
    if ( ! ReadText(uid, owner.uid) )
        return false;
    if ( owner.uid.empty() )
        return Bad("no uid");
    return ReadText(name_space, owner.name_space) && ReadText(pod, owner.pod) && ReadText(workload, owner.workload) &&
           ReadText(node, owner.node) && ReadText(service, owner.service) &&
           ReadText(service_account, owner.service_account) && ReadTexts(labels, owner.labels) &&
           ReadTexts(images, owner.images) && ReadText(zone, owner.zone) && ReadTexts(roles, owner.roles);
}

bool Reader::ReadKind() {
    for ( const auto known : {Kind::pod, Kind::node, Kind::service} )
        if ( Cell(kind) == Name(known) ) {
            row.owner.kind = known;
            return true;
        }
    return Cell(kind) == "-" ? Bad("no kind") : Bad("bad kind", Cell(kind));
}

bool Reader::ReadCount(Column column, std::string_view name, uint64_t limit, uint64_t& value) {
    const auto parsed = ParseCount(Cell(column));
    if ( ! parsed || *parsed > limit )
        return Bad(std::string("bad ").append(name), Cell(column));
    value = *parsed;
    return true;
}

bool Reader::ReadTime(Column column, int64_t& time) {
    time = never;
    if ( Cell(column) == "-" )
        return true;
    const auto parsed = ParseTime(Cell(column));
    if ( ! parsed )
        return Bad("bad time", Cell(column));
    time = *parsed;
    return true;
}

bool Reader::ReadText(Column column, std::string_view& text) {
    text = {};
    return Cell(column) == "-" || Plain(Cell(column), text);
}

bool Reader::ReadTexts(Column column, std::vector<std::string_view>& texts) {
    texts.clear();
    const auto cell = Cell(column);
    if ( cell == "-" || cell == "(empty)" )
        return true;

    bool good = true;
    Split(cell, ',', [&](std::string_view part) {
        if ( std::string_view text; good && ! part.empty() && (good = Plain(part, text)) )
            texts.push_back(text);
    });
    return good;
}

bool Reader::Plain(std::string_view cell, std::string_view& text) {
    text = cell;
    if ( ! has_escapes || cell.find('\\') == std::string_view::npos )
        return true;

    const auto begin = unescaped.size();
    Unescape(cell, unescaped);
    text = std::string_view(unescaped).substr(begin);
    return IsUtf8(text) || Bad("bad utf-8");
}

bool Reader::Bad(std::string_view what) {
    reason = Shortened(what, longest_reason);
    return false;
}

bool Reader::Bad(std::string_view what, std::string_view value) {
    reason.assign(what).append(" '").append(Shortened(value, longest_reason)).append("'");
    return false;
}

} // namespace k8s

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "Row.h"

namespace k8s {

/**
 * Reads rows from text in Zeek's TSV log format. Columns are found by name: unknown ones are
 * ignored, missing ones are unset. The text may be hostile.
 */
class Reader final {
public:
    enum class Step : uint8_t { row, problem, end };

    /** @param text Has to outlive the reader and its rows. */
    explicit Reader(std::string_view text) : rest(text) {}

    /** Reads on to the next row or problem. Throws but for want of memory. */
    Step Next();

    /** The row, valid until the next step. */
    [[nodiscard]] const Row& Current() const noexcept { return row; }

    /** What is wrong with the line, if something is: short, lower-case, names the value. */
    [[nodiscard]] const std::string& Reason() const noexcept { return reason; }

    /** The number of the line, from 1. */
    [[nodiscard]] size_t Line() const noexcept { return line_number; }

private:
    enum Column : uint8_t {
        cluster,
        network,
        addr,
        subnet,
        port,
        proto,
        from,
        to,
        ended,
        terminating,
        revision,
        version,
        kind,
        uid,
        name_space,
        pod,
        workload,
        node,
        service,
        service_account,
        labels,
        images,
        zone,
        roles,
        columns
    };

    // What follows returns false, with a reason, if the line is bad.
    bool ReadMeta(std::string_view line);
    bool ReadRow(std::string_view line);
    bool ReadClaim();
    bool ReadPort();
    bool ReadVersion();
    void ReadEnded();
    bool ReadOwner();
    bool ReadKind();
    bool ReadCount(Column column, std::string_view name, uint64_t limit, uint64_t& value);
    bool ReadTime(Column column, int64_t& time);
    bool ReadText(Column column, std::string_view& text);
    bool ReadTexts(Column column, std::vector<std::string_view>& texts);
    bool Plain(std::string_view cell, std::string_view& text);

    bool Bad(std::string_view what);
    bool Bad(std::string_view what, std::string_view value);

    [[nodiscard]] std::string_view Cell(Column column) const noexcept {
        const size_t at = places[column];
        return at < cells.size() ? cells[at] : "-";
    }

    std::string_view rest;
    size_t line_number = 0;
    bool has_fields = false;
    bool has_escapes = false;
    size_t width = 0;
    std::array<size_t, columns> places{};
    std::vector<std::string_view> cells;
    std::string unescaped; // never moves while a row is read
    std::string reason;
    Row row;
};

} // namespace k8s

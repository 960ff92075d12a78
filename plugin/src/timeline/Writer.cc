#include "Writer.h"

#include "Claim.h"
#include "Columns.h"
#include "Escape.h"

namespace k8s {

namespace {

template<class Names>
void AppendHeaderLine(std::string_view word, const Names& names, std::string& out) {
    out += word;
    for ( const auto& name : names ) {
        out += '\t';
        out += name;
    }
    out += '\n';
}

void AppendName(std::string_view cluster, std::string_view network, std::string& out) {
    const auto begin = out.size();
    EscapeString(cluster, out);
    if ( out[begin] == '#' ) // a line that begins with it would be a header
        out.replace(begin, 1, "\\x23");
    out += '\t';
    EscapeString(network, out);
    out += '\t';
}

void AppendTime(int64_t time, std::string& out) {
    if ( time == never ) {
        out += "-\t";
        return;
    }
    if ( time < 0 )
        out += '-';
    const auto micros = time < 0 ? -time : time;
    const auto fraction = std::to_string(second + micros % second); // a one, and six digits
    out += std::to_string(micros / second);
    out += '.';
    out.append(fraction, 1);
    out += '\t';
}

void AppendText(std::string_view text, std::string& out) {
    out += '\t';
    EscapeString(text, out);
}

void AppendList(const List& list, std::string& out) {
    out += '\t';
    if ( list.size() == 0 )
        out += '-';
    for ( size_t i = 0; i < list.size(); ++i ) {
        if ( i > 0 )
            out += ',';
        EscapeElement(list[i], out);
    }
}

} // namespace

void WriteHeader(std::string& out) {
    for ( const auto& line : format_lines )
        out.append(line) += '\n';
    out += "#path\tk8s_claims\n";
    AppendHeaderLine("#fields", column_names, out);
    AppendHeaderLine("#types", column_types, out);
}

void WriteClaim(const Claim& claim, std::string_view cluster, std::string_view network, const OwnerView& owner,
                std::string& out) {
    AppendName(cluster, network, out);
    claim.address.AppendTo(out);
    out += "\t-\t";
    if ( claim.port )
        out.append(std::to_string(claim.port)).append("\t").append(Name(claim.Proto())) += '\t';
    else
        out += "-\t-\t";
    AppendTime(claim.start, out);
    AppendTime(claim.end, out);
    out.append(claim.Ended() == Ended::unset ? "-" : Name(claim.Ended())) += '\t';
    AppendTime(claim.terminating, out);
    out.append(std::to_string(claim.revision)).append("\t");
    out.append(claim.version ? std::to_string(claim.version) : "-").append("\t").append(Name(owner.kind));

    AppendText(owner.Uid(), out);
    AppendText(owner.name_space, out);
    AppendText(owner.pod, out);
    AppendText(owner.workload, out);
    AppendText(owner.node, out);
    AppendText(owner.service, out);
    AppendText(owner.service_account, out);
    AppendList(owner.labels, out);
    AppendList(owner.images, out);
    AppendText(owner.zone, out);
    AppendList(owner.roles, out);
    out += '\n';
}

void WriteRange(const Range& range, std::string_view cluster, std::string_view network, std::string& out) {
    AppendName(cluster, network, out);
    out += "-\t";
    Subnet{range.base, range.length}.AppendTo(out);
    out += "\t-\t-\t-\t";
    AppendTime(range.end, out);
    out.append("-\t-\t").append(std::to_string(range.revision)).append("\t-\t").append(Name(range.kind));

    for ( size_t i = 0; i < 11; ++i ) // no owner
        out += "\t-";
    out += '\n';
}

} // namespace k8s

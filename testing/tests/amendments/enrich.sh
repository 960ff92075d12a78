# @TEST-DOC: `enrich` puts Zeek's amendments into the logs that Zeek wrote before it knew.
#
# @TEST-REQUIRES: $SCRIPTS/have-tools
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap %DIR/late.zeek >/dev/null
# @TEST-EXEC: bash %INPUT
# @TEST-EXEC: btest-diff dns.cut

set -e
cut="zeek-cut -m uid id.orig_h id.orig_k8s.match id.orig_k8s.pod id.resp_h id.resp_k8s.match id.resp_k8s.service"
{
    echo "as Zeek wrote it"
    $cut <dns.log
    echo "amended"
    python3 "$TOOLS/k8s-sync" enrich --amendments k8s_amendments.log dns.log 2>/dev/null | $cut
} >dns.cut

# @TEST-DOC: Each match and each kind of owner, as Zeek writes them. The README's table is made from this baseline.
#
# @TEST-REQUIRES: $SCRIPTS/have-tools && python3 -c 'import jinja2, scapy' 2>/dev/null
# @TEST-EXEC: python3 $TOOLS/k8s-btest render $TESTING/scenarios/verdicts/verdicts.yaml -o .
# @TEST-EXEC: zeek -r verdicts/trace.pcap zeek-k8s K8s::journal=verdicts/claims.log
# @TEST-EXEC: zeek-cut id.resp_h id.resp_p id.resp_k8s.kind id.resp_k8s.match id.resp_k8s.namespace id.resp_k8s.pod id.resp_k8s.workload id.resp_k8s.node id.resp_k8s.service ts <conn.log | sort -k10 | cut -f1-9 >verdicts.cut
# @TEST-EXEC: btest-diff verdicts.cut

# @TEST-DOC: conn, dns, http and files name the owners of both ends as of the time of the packet.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap zeek-k8s K8s::journal=$FILES/demo-journal.log
# @TEST-EXEC: for log in conn dns http files; do zeek-cut -m -d ts id.orig_h id.orig_k8s.kind id.orig_k8s.match id.orig_k8s.namespace id.orig_k8s.pod id.orig_k8s.workload id.orig_k8s.node id.orig_k8s.service id.resp_h id.resp_p id.resp_k8s.kind id.resp_k8s.match id.resp_k8s.namespace id.resp_k8s.pod id.resp_k8s.workload id.resp_k8s.node id.resp_k8s.service <$log.log | sort >$log.cut; done
# @TEST-EXEC: btest-diff conn.cut
# @TEST-EXEC: btest-diff dns.cut
# @TEST-EXEC: btest-diff http.cut
# @TEST-EXEC: btest-diff files.cut
# @TEST-EXEC: test ! -e reporter.log

# @TEST-DOC: Columns are found where a site calls them otherwise.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap %INPUT K8s::journal=$FILES/demo-journal.log
# @TEST-EXEC: zeek-cut -m source.ip source.k8s.pod id.orig_k8s.workload destination.ip id.resp_k8s.service <conn.log | sort >conn.cut
# @TEST-EXEC: btest-diff conn.cut

@load zeek-k8s

redef Log::default_field_name_map = {
	["id.orig_h"] = "source.ip",
	["id.resp_h"] = "destination.ip",
	["id.orig_k8s.pod"] = "source.k8s.pod",
};

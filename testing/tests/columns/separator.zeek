# @TEST-DOC: Columns are found with a separator that is a part of their names, too.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap %INPUT K8s::journal=$FILES/demo-journal.log
# @TEST-EXEC: zeek-cut id_orig_h id_orig_k8s_pod id_orig_k8s_service_account id_resp_k8s_service id_resp_k8s_service_account <conn.log | sort >conn.cut
# @TEST-EXEC: btest-diff conn.cut

@load zeek-k8s
@load zeek-k8s/columns/service_account

redef Log::default_scope_sep = "_";

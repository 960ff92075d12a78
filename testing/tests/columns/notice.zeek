# @TEST-DOC: A notice names the owners, whether it is about a connection or about addresses alone.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap %INPUT K8s::journal=$FILES/demo-journal.log
# @TEST-EXEC: zeek-cut -m note id.orig_h src id.orig_k8s.workload dst id.resp_k8s.kind id.resp_k8s.service <notice.log | sort -u >notice.cut
# @TEST-EXEC: btest-diff notice.cut

@load zeek-k8s

redef enum Notice::Type += {
	Of_Connection,
	Of_Addresses
};

event http_request(c: connection, method: string, original_URI: string,
    unescaped_URI: string, version: string)
	{
	NOTICE(Notice::Info($note=Of_Connection, $conn=c, $msg="a"));
	NOTICE(Notice::Info($note=Of_Addresses, $src=c$id$orig_h, $dst=c$id$resp_h,
	    $msg="b"));
	}

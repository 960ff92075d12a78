# @TEST-DOC: A log of another package that carries a connection's id gets the columns without knowing of us.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap %INPUT K8s::journal=$FILES/demo-journal.log
# @TEST-EXEC: zeek-cut -m id.orig_h id.orig_k8s.workload id.resp_k8s.service host k8s.pod <theirs.log | sort >theirs.cut
# @TEST-EXEC: btest-diff theirs.cut

@load zeek-k8s

module Theirs;

export {
	redef enum Log::ID += { LOG };
	type Info: record {
		ts: time &log;
		id: conn_id &log;
		host: addr &log;
		k8s: K8s::Owner &log &optional;
	};
}

event zeek_init()
	{
	Log::create_stream(LOG, Log::Stream($columns=Info, $path="theirs"));
	}

event new_connection(c: connection)
	{
	Log::write(LOG, Info($ts=network_time(), $id=c$id, $host=c$id$resp_h));
	}

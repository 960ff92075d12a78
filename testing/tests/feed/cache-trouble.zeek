# @TEST-DOC: A damaged cache is set aside, one that cannot be written is said once, and neither costs anything else.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: mkdir .state && echo garbage >.state/k8s_claims.zeek
# @TEST-EXEC: zeek %INPUT 2>>stderr
# @TEST-EXEC: zeek-cut node source state claims problem <k8s_sync.log >damaged
# @TEST-EXEC: btest-diff damaged
# @TEST-EXEC: grep garbage .state/k8s_claims.zeek.damaged
# @TEST-EXEC: zeek %INPUT 2>>stderr
# @TEST-EXEC: zeek-cut node source state claims problem <k8s_sync.log >mended
# @TEST-EXEC: btest-diff mended
# @TEST-EXEC: zeek %INPUT K8s::cache_dir=/dev/null/x 2>>stderr
# @TEST-EXEC: zeek-cut node source state claims problem <k8s_sync.log >unwritable
# @TEST-EXEC: btest-diff unwritable
# @TEST-EXEC: test ! -s stderr

@load zeek-k8s

module K8s;

# As `zeek-k8s/listen` does, without a port.
event zeek_init() &priority=20
	{
	listens = T;
	}

event done()
	{
	terminate();
	}

event K8s::cache_problem(reason: string)
	{
	# What else comes a minute later.
	if ( "write" in reason )
		event keep_cache();
	}

event zeek_init() &priority=-10
	{
	event K8s::feed_v1("c1", 7, 1, "snapshot", "#fields\tcluster\taddr\tfrom\trevision\tkind\tuid\nc1\t10.0.0.1\t100\t1\tpod\tu1\n");
	event K8s::feed_v1("c1", 7, 4, "end", "1 900.0");

	schedule 1sec { done() };
	}

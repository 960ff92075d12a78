# @TEST-DOC: Rows of more clusters than there is room for are refused, as are the feeds of others, and Zeek goes on.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek %INPUT >output 2>stderr
# @TEST-EXEC: btest-diff output
# @TEST-EXEC: test ! -s stderr

@load zeek-k8s

redef K8s::max_payload = 100000000;

function rows_of(clusters: count): string
	{
	local rows = vector("#fields\tcluster\taddr\tfrom\trevision\tkind\tuid");

	while ( |rows| <= clusters )
		rows += fmt("cluster-%d\t10.0.0.1\t100\t1\tpod\tu1", |rows|);

	return join_string_vec(rows, "\n");
	}

event K8s::feed_v1(source: string, epoch: count, seq: count, part: string,
    payload: string) &priority=-5
	{
	local known = K8s::sources[source];
	print source, known$rows, K8s::__claims("cluster-1"), K8s::__claims("other");
	}

event zeek_init()
	{
	event K8s::feed_v1("cluster-1", 1, 1, "snapshot", rows_of(70000));
	event K8s::feed_v1("other", 1, 1, "snapshot", "#fields\tcluster\taddr\tfrom\trevision\tkind\tuid\nother\t10.0.0.2\t100\t1\tpod\tu2");
	event K8s::feed_v1("other", 1, 0, "end", "1 200.0");
	}

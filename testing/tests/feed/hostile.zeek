# @TEST-DOC: Events that are too large, or of too many sources, are refused and answered; nothing of them is kept. Nor does a snapshot end that says no time.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek %INPUT >output 2>stderr
# @TEST-EXEC: btest-diff output
# @TEST-EXEC: test ! -s stderr

@load zeek-k8s

redef K8s::max_payload = 2000;
redef K8s::max_sources = 2;

global header = "#fields\tcluster\taddr\tfrom\trevision\tkind\tuid\n";
global row = "c1\t10.0.0.1\t100\t1\tpod\tu1\n";

event done()
	{
	for ( name, source in K8s::sources )
		print name, source$seq, source$parts, source$rows, K8s::__claims(name);

	print K8s::owner(10.0.0.1, double_to_time(200.0))?$match;
	}

event zeek_init()
	{
	local large = header + row + string_fill(2000, "#");
	event K8s::feed_v1("c1", 1, 1, "snapshot", large);
	event K8s::feed_v1("c1", 1, 1, "delta", large);
	event K8s::feed_v1("c2", 1, 1, "hello", "");
	event K8s::feed_v1("c2", 1, 1, "snapshot", header +
	    "c2\t10.0.0.2\t100\t1\tpod\tu2\n");
	event K8s::feed_v1("c2", 1, 0, "end", "1 soon");
	event K8s::feed_v1("c2", 1, 0, "end", "1 nan");
	event K8s::feed_v1("c2", 1, 0, "end", "99999999999999999999 200.0");
	event K8s::feed_v1("c2", 1, 1, "snapshot", header);
	event K8s::feed_v1("c2", 1, 0, "end", "1 -5");
	event K8s::feed_v1("c2", 1, 0, "end", "1 1e9");
	event K8s::feed_v1("c3", 1, 1, "snapshot", header + row);
	event K8s::feed_v1("c3", 1, 1, "", "");
	event done();
	}

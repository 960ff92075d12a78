# @TEST-DOC: After a restart a node holds what it was told before the first packet, and what follows goes on from there.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek %INPUT Test::run=1 >first 2>>stderr
# @TEST-EXEC: zeek %INPUT Test::run=2 >second 2>>stderr
# @TEST-EXEC: zeek %INPUT Test::run=3 >third 2>>stderr
# @TEST-EXEC: zeek %INPUT Test::run=4 K8s::cache_age=0sec >fourth 2>>stderr
# @TEST-EXEC: zeek %INPUT Test::run=4 K8s::cache_dir= >without 2>>stderr
# @TEST-EXEC: btest-diff first
# @TEST-EXEC: btest-diff second
# @TEST-EXEC: btest-diff third
# @TEST-EXEC: btest-diff fourth
# @TEST-EXEC: btest-diff without
# @TEST-EXEC: test ! -s stderr
# @TEST-EXEC: ls .state >files
# @TEST-EXEC: btest-diff files

@load zeek-k8s

module Test;

export {
	const run = 0 &redef;
}

global header = "#fields\tcluster\taddr\tfrom\tto\trevision\tkind\tuid\tpod\n";

function row(n: count, revision: count, to: string): string
	{
	return fmt("c1\t10.0.0.%d\t100\t%s\t%d\tpod\tu%d\tpod-%d\n", n, to, revision, n, n);
	}

function show(what: string)
	{
	print what, K8s::__claims("c1"), K8s::__digest("c1");

	for ( name, source in K8s::sources )
		print fmt("  %s: epoch %d seq %d %s", name, source$epoch, source$seq,
		    source$state);

	for ( _, a in vector(10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.9) )
		{
		local o = K8s::owner(a, double_to_time(1000.0));
		print fmt("  %s %s", a, o?$pod ? o$pod + " " + o$match : "-");
		}
	}

event K8s::source_changed(name: string, source: K8s::Source, state: string)
	{
	print "state", name, state, K8s::__claims(name);
	}

event shown(what: string)
	{
	show(what);
	}

event done()
	{
	terminate();
	}

event zeek_init() &priority=-10
	{
	show("begin");

	switch run
		{
		case 1:
			event K8s::feed_v1("c1", 7, 1, "snapshot", header + row(1, 1, "-") + row(2, 2,
			    "-"));
			event K8s::feed_v1("c1", 7, 4, "end", "1 900.0");
			event K8s::feed_v1("c1", 7, 5, "delta", header + row(3, 5, "-"));
			break;
		case 2:
			event K8s::feed_v1("c1", 7, 1, "hello", "");
			event K8s::feed_v1("c1", 7, 6, "delta", header + row(1, 6, "950"));
			# Confirms all but one, and ends that.
			event K8s::feed_v1("c1", 7, 1, "snapshot", header + row(3, 5, "-"));
			event K8s::feed_v1("c1", 7, 6, "end", "1 990.0");
			break;
		case 3:
			# Its clock was put back, and so were its revisions.
			event K8s::feed_v1("c1", 5, 1, "snapshot", header + row(3, 4, "-"));
			event K8s::feed_v1("c1", 5, 1, "end", "1 990.0");
			break;
		}

	event shown("end");
	schedule 0.5sec { done() };
	}

module K8s;

# As `zeek-k8s/listen` does, without a port.
event zeek_init() &priority=20
	{
	listens = T;
	}

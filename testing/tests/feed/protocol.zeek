# @TEST-DOC: Snapshots, deltas, gaps, sweeps and hostile events: what the node then holds, and what it answers.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek %INPUT >output 2>stderr
# @TEST-EXEC: btest-diff output
# @TEST-EXEC: test ! -s stderr
# @TEST-EXEC: zeek-cut node source state claims rows <k8s_sync.log >states
# @TEST-EXEC: btest-diff states

@load zeek-k8s

global header = "#fields\tcluster\taddr\tfrom\tto\trevision\tkind\tuid\tpod\n";

function row(n: count, revision: count, to: string): string
	{
	return fmt("c1\t10.0.0.%d\t100\t%s\t%d\tpod\tu%d\tpod-%d\n", n, to, revision, n, n);
	}

function state(what: string)
	{
	local source = K8s::sources["c1"];
	local owners: vector of string;
	local n = 0;
	while ( ++n < 6 )
		{
		local o = K8s::owner(count_to_v4_addr(167772160 + n), double_to_time(1000.0));
		if ( o?$pod )
			owners += fmt("%s:%s", o$pod, o$match);
		}
	print what, source$epoch, source$seq, K8s::__claims("c1"), owners;
	}

event K8s::synced(source: string)
	{
	print "synced", source;
	}

event check(what: string)
	{
	state(what);
	}

function send(what: string, epoch: count, seq: count, part: string,
    payload: string)
	{
	event K8s::feed_v1("c1", epoch, seq, part, payload);
	event check(what);
	}

event zeek_init()
	{
	send("hello of an unknown run", 7, 0, "hello", "");
	send("delta before a snapshot", 7, 1, "delta", header + row(1, 1, "-"));
	send("first part", 7, 1, "snapshot", header + row(1, 1, "-") + row(2, 2, "-"));
	send("second part", 7, 2, "snapshot", header + row(3, 3, "-"));
	send("end", 7, 1, "end", "2 900.0");
	send("delta", 7, 2, "delta", header + row(4, 4, "-") + row(1, 5, "950"));
	send("the same delta again", 7, 2, "delta", header + row(4, 4, "-"));
	send("a delta after a gap", 7, 4, "delta", header + row(5, 6, "-"));
	send("a part is missing", 7, 2, "snapshot", header + row(2, 2, "-"));
	send("end of too few parts", 7, 9, "end", "3 990.0");
	send("a new run", 8, 1, "snapshot", header + row(2, 100, "-"));
	send("ends what it did not confirm", 8, 0, "end", "1 990.0");
	send("a snapshot of nothing", 9, 0, "end", "0 999.0");
	send("only what was missed", 9, 1, "snapshot", header + row(3, 150, "-"));
	send("ends nothing", 9, 0, "end", "1");
	send("strange part", 9, 1, "novelty", "");
	send("strange end", 9, 1, "end", "x");
	send("bad rows", 9, 1, "delta", header + "junk\n" + row(1, 200, "-") +
	    "c1\tx\t1\t-\t1\tpod\tu\t-\n");
	send("no header", 9, 2, "delta", row(2, 201, "-"));
	send("nothing", 9, 3, "delta", "");
	send("a snapshot", 10, 1, "snapshot", header + row(2, 300, "-"));
	send("late, of a daemon that is gone", 9, 1, "snapshot", header + row(4, 151,
	    "-"));
	send("the next part of the first", 10, 2, "snapshot", header + row(3, 301,
	    "-"));
	send("does not end what the late one", 10, 0, "end", "2 999.0");
	send("again", 10, 1, "snapshot", header + row(2, 300, "-"));
	send("late, in the middle", 9, 2, "snapshot", header + row(5, 152, "-"));
	send("the rest of it", 10, 2, "snapshot", header + row(3, 301, "-"));
	send("ends what the late one brought", 10, 0, "end", "2 999.0");
	send("ends what it should not", 11, 0, "end", "0 999.5");
	send("told again", 11, 1, "delta", header + row(2, 300, "-"));
	}

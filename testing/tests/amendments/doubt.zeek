# @TEST-DOC: That an owner has become doubtful is told when the line is forgotten, at the latest when Zeek ends.
#
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap %INPUT >output 2>stderr
# @TEST-EXEC: test ! -s stderr
# @TEST-EXEC: btest-diff output

@load zeek-k8s

redef K8s::amend_within = 5sec;

function tell(revision: count, rest: string)
	{
	K8s::__load("c1", fmt("#fields\tcluster\trevision\taddr\tfrom\tto\tkind\tuid\tpod\nc1\t%d\t%s\n",
	    revision, rest), 0);
	}

event doubt()
	{
	# Both began in one second: that of the higher uid is still named.
	tell(1, "10.244.1.9\t1793610300\t-\tpod\tu-a\tother");
	tell(1, "10.244.0.6\t1793610300\t-\tpod\tu-a\tother");
	}

event certainty()
	{
	tell(2, "10.244.0.6\t1793600000\t1793610000\tpod\tu-a\tother");
	}

event zeek_init()
	{
	tell(1, "10.244.1.9\t1793610300\t-\tpod\tu-debug\tdebug");
	tell(1, "10.244.0.6\t1793610300\t-\tpod\tu-web\tweb-1");
	tell(1, "10.244.0.3\t1793610300\t-\tpod\tu-scraper\tscraper");
	}

event doubt_at_the_end()
	{
	tell(1, "10.244.0.3\t1793610300\t-\tpod\tu-a\tother");
	}

# At 08:57:10; most packets are 500 s later.
event network_time_init()
	{
	schedule 503500msec { doubt() };
	schedule 504500msec { certainty() };
	schedule 507500msec { doubt_at_the_end() };
	}

event K8s::amended_v1(amendment: K8s::Amendment)
	{
	print network_time(), amendment$ts, amendment$side, amendment$was,
	    amendment$k8s$match, amendment$k8s$pod;
	}

event zeek_done()
	{
	print "the end";
	}

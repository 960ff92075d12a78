# @TEST-DOC: Lines that are too old are not amended, memory is bounded, and its drops are counted.
#
# @TEST-EXEC: mkdir memory && cd memory && zeek -C -r $TRACES/demo.pcap %INPUT K8s::amendments_memory=6 >../memory.out
# @TEST-EXEC: mkdir time && cd time && zeek -C -r $TRACES/demo.pcap %INPUT K8s::amend_within=3sec >../time.out
# @TEST-EXEC: btest-diff memory.out
# @TEST-EXEC: btest-diff time.out

@load zeek-k8s

event late()
	{
	K8s::__load("c1", "#fields\tcluster\trevision\taddr\tfrom\tkind\tuid\tservice\nc1\t1\t10.96.0.10\t1793600000\tservice\tu-dns\tkube-dns\nc1\t1\t10.96.12.34\t1793600000\tservice\tu-web\tweb\n",
	    0);
	}

# At 08:57:10. What is at 09:05:35.5 has seen five lines of DNS and HTTP, and TCP.
event network_time_init()
	{
	schedule 505500msec { late() };
	}

event K8s::amended_v1(amendment: K8s::Amendment)
	{
	print amendment$ts, amendment$uid, amendment$side, amendment$address;
	}

event zeek_done() &priority=-10
	{
	for ( _, metric in Telemetry::collect_metrics("k8s", "amendments*") )
		print fmt("%s %.0f", metric$opts$name, metric$value);
	}

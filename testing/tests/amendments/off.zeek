# @TEST-DOC: Nothing is amended if that is switched off, also while Zeek runs, nor while a trace is read with a journal.
#
# @TEST-EXEC: mkdir on && cd on && zeek -C -r $TRACES/demo.pcap %INPUT >../on.out
# @TEST-EXEC: mkdir off && cd off && zeek -C -r $TRACES/demo.pcap %INPUT K8s::amendments=F >../off.out
# @TEST-EXEC: mkdir later && cd later && zeek -C -r $TRACES/demo.pcap %INPUT switch_at=502sec >../later.out
# @TEST-EXEC: mkdir journal && cd journal && zeek -C -r $TRACES/demo.pcap %INPUT K8s::journal=$FILES/demo-journal.log >../journal.out
# @TEST-EXEC: cat on.out >output
# @TEST-EXEC: test ! -s off.out && test ! -s later.out && test ! -s journal.out
# @TEST-EXEC: test ! -e off/k8s_amendments.log -a ! -e later/k8s_amendments.log -a ! -e journal/k8s_amendments.log
# @TEST-EXEC: btest-diff output

@load zeek-k8s

global switch_at = 0sec &redef;

event switch_off()
	{
	Option::set("K8s::amendments", F);
	}

event late()
	{
	K8s::__load("c1", "#fields\tcluster\trevision\taddr\tfrom\tkind\tuid\tservice\nc1\t1000\t10.96.12.34\t1793600000\tservice\tu-web\tweb\n",
	    0);
	}

event network_time_init()
	{
	if ( switch_at > 0sec )
		schedule switch_at { switch_off() };
	schedule 505500msec { late() };
	}

event K8s::amended_v1(amendment: K8s::Amendment)
	{
	print amendment$ts, amendment$uid, amendment$side, amendment$address;
	}

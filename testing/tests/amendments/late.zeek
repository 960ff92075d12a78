# @TEST-DOC: Rows that come after the lines that they are about amend them, once for each end of a connection.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap %INPUT >output 2>stderr
# @TEST-EXEC: test ! -s stderr
# @TEST-EXEC: btest-diff output
# @TEST-EXEC: zeek-cut -m ts uid side address written was k8s.kind k8s.match k8s.pod k8s.service <k8s_amendments.log >amendments.cut
# @TEST-EXEC: btest-diff amendments.cut
# @TEST-EXEC: zeek-cut -m ts uid id.orig_h id.orig_k8s.match id.orig_k8s.pod id.resp_h id.resp_k8s.match <dns.log >dns.cut
# @TEST-EXEC: btest-diff dns.cut

@load zeek-k8s

function tell(revision: count, rest: string)
	{
	local header = "#fields\tcluster\trevision\taddr\tfrom\tto\tended\tkind\tuid\tpod\tservice\n";
	K8s::__load("c1", fmt("%sc1\t%d\t%s\n", header, revision, rest), 0);
	}

event first()
	{
	# The debugging pod, 1.5 s after its first line.
	tell(2, "10.244.1.9\t1793610302\t-\t-\tpod\tu-debug\tdebug\t-");
	}

event second()
	{
	# A pod took the address of the job over, which was over long before.
	tell(3, "10.244.1.7\t1793609760\t1793609920\tfinished\tpod\tu-job\treport\t-");
	tell(3, "10.244.1.7\t1793610003\t-\t-\tpod\tu-web\tweb-2\t-");
	# The service is older than it was said to be.
	tell(3, "10.96.0.10\t1793608230\t-\t-\tservice\tu-dns\t-\tkube-dns");
	}

event third()
	{
	# An end of the same owner, which is not worth a line.
	tell(4, "10.244.1.9\t1793610302\t1793610900\tdeleted\tpod\tu-debug\tdebug\t-");
	# What was amended is not amended again.
	tell(4, "10.96.0.10\t1793608231\t-\t-\tservice\tu-other\t-\tother");
	}

event zeek_init()
	{
	tell(1, "10.244.1.7\t1793609760\t-\t-\tpod\tu-job\treport\t-");
	tell(1, "10.96.0.10\t1793610350\t-\t-\tservice\tu-dns\t-\tkube-dns");
	}

# At 08:57:10; most packets are 500 s later.
event network_time_init()
	{
	schedule 501500msec { first() };
	schedule 504500msec { second() };
	schedule 506500msec { third() };
	}

event K8s::amended_v1(amendment: K8s::Amendment)
	{
	print network_time(), amendment$uid, amendment$side, amendment$k8s$match;
	}

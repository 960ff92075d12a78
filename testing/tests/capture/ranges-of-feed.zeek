# @TEST-DOC: Ranges that the feed tells of join ignore_checksums_nets, withdrawn ones leave it, what others put there stays, and ours do when others set it anew.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek %INPUT >output
# @TEST-EXEC: btest-diff output

@load zeek-k8s
@load zeek-k8s/capture

redef ignore_checksums_nets += {192.0.2.0/24};
redef exit_only_after_terminate = T;

const head = "#fields\tcluster\tsubnet\tto\trevision\tkind\n";

function show(what: string)
	{
	local nets: vector of string = vector();

	for ( net in ignore_checksums_nets )
		nets += cat(net);

	print what, sort(nets, strcmp);
	}

event change(on: bool)
	{
	Option::set("K8s::ignore_cluster_checksums", on);
	show(on ? "on" : "off");
	}

event finish()
	{
	show("withdrawn");
	event change(F);
	terminate();
	}

event K8s::synced(source: string) &priority=-10
	{
	show("synced");

	if ( source == "prod" )
		{
		Option::set("ignore_checksums_nets", set(198.51.100.0/24));
		event K8s::feed_v1("unchanged", 1, 0, "end", "0 0");
		}
	else if ( source == "unchanged" )
		{
		event K8s::feed_v1("prod", 1, 1, "delta", head +
		    "prod\t10.244.0.0/16\t1793610000.000000\t9\tpod\n");
		event K8s::feed_v1("again", 1, 0, "end", "0 0");
		}
	else
		event finish();
	}

event zeek_init() &priority=-10
	{
	show("on");
	event K8s::feed_v1("prod", 1, 1, "snapshot", head + "prod\t10.244.0.0/16\t-\t1\tpod\nprod\tfd00:10:244::/56\t-\t2\tpod\nprod\t10.96.0.0/12\t-\t3\tservice\n");
	event K8s::feed_v1("prod", 1, 0, "end", "1 0");
	}

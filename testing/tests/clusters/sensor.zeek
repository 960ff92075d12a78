# @TEST-DOC: A sensor that sees one cluster asks that one only; another answer holds from when it is given.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/vlans.pcap %INPUT K8s::sensor_cluster=blue >output 2>stderr
# @TEST-EXEC: zeek-cut -m id.orig_p id.orig_k8s.match id.orig_k8s.node <conn.log >conn.cut
# @TEST-EXEC: test ! -s stderr
# @TEST-EXEC: btest-diff output
# @TEST-EXEC: btest-diff conn.cut

@load zeek-k8s

redef tcp_close_delay = 400msec;

# A node, and a pod on one of its ports.
function tell(cluster: string)
	{
	local line = "#fields\tcluster\trevision\taddr\tport\tproto\tfrom\tkind\tuid\tnode\tpod\n";
	line += fmt("%s\t1\t10.244.1.7\t-\t-\t1793600000\tnode\tu-%s\tnode-of-%s\t-\n",
	    cluster, cluster, cluster);
	line += fmt("%s\t2\t10.244.1.7\t80\ttcp\t1793600000\tpod\tv-%s\tnode-of-%s\tpod-of-%s\n",
	    cluster, cluster, cluster, cluster);
	K8s::__load(cluster, line, 0);
	}

function show(what: string, owner: K8s::Owner)
	{
	local name = owner?$pod ? owner$pod : owner?$node ? owner$node : "nobody";
	print what, owner?$match ? owner$match : "nothing", name;
	}

function show_all(what: string)
	{
	local t = double_to_time(1793610000.0);
	print what;
	show("  the address", K8s::owner(10.244.1.7, t));
	show("  a port", K8s::owner_of_port(10.244.1.7, 80/tcp, t));
	show("  in green", K8s::owner_in(10.244.1.7, t, K8s::Domain(
	    $cluster="green")));
	show("  in any", K8s::owner_in(10.244.1.7, t, K8s::Domain()));
	show("  in the pod network", K8s::owner_in(10.244.1.7, t, K8s::Domain(
	    $cluster="green", $network="")));
	}

event zeek_init()
	{
	tell("blue");
	tell("green");
	show_all("at the beginning");
	}

event change(cluster: string)
	{
	Option::set("K8s::sensor_cluster", cluster);
	show_all(fmt("sensor_cluster is '%s'", cluster));
	}

event network_time_init()
	{
	schedule 1500msec { change("green") };
	schedule 2500msec { change("") };
	schedule 3500msec { change("elsewhere") };
	}

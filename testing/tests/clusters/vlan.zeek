# @TEST-DOC: Two clusters with the same addresses are ambiguous, and told apart by the VLAN.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/vlans.pcap %INPUT >undecided.out
# @TEST-EXEC: zeek-cut -m id.orig_p id.orig_k8s.match id.orig_k8s.cluster id.orig_k8s.pod id.resp_k8s.match id.resp_k8s.cluster id.resp_k8s.pod <conn.log >undecided.cut
# @TEST-EXEC: zeek -C -r $TRACES/vlans.pcap zeek-k8s/clusters/vlan %INPUT >decided.out 2>stderr
# @TEST-EXEC: test ! -s stderr
# @TEST-EXEC: zeek-cut -m id.orig_p id.ctx.vlan id.orig_k8s.match id.orig_k8s.cluster id.orig_k8s.pod id.resp_k8s.match id.resp_k8s.cluster id.resp_k8s.pod <conn.log >decided.cut
# @TEST-EXEC: zeek-cut -m ts side address was k8s.match k8s.cluster k8s.pod <k8s_amendments.log >amendments.cut
# @TEST-EXEC: btest-diff undecided.cut
# @TEST-EXEC: btest-diff decided.cut
# @TEST-EXEC: btest-diff decided.out
# @TEST-EXEC: btest-diff amendments.cut

@load zeek-k8s
@load zeek-k8s/columns/cluster

function tell(cluster: string, revision: count, address: string, pod: string)
	{
	K8s::__load(cluster, fmt("#fields\tcluster\trevision\taddr\tfrom\tkind\tuid\tpod\n%s\t%d\t%s\t1793600000\tpod\tu-%s\t%s\n",
	    cluster, revision, address, pod, pod), 0);
	}

event zeek_init()
	{
	tell("blue", 1, "10.244.1.7", "web-of-blue");
	tell("green", 1, "10.244.1.7", "web-of-green");
	tell("blue", 1, "10.244.1.5", "db-of-blue");
	}

@ifdef ( K8s::vlan_domains )
redef K8s::vlan_domains = {
	[101] = [$cluster="blue"],
	[102] = [$cluster="green", $network=""]
};

# For lines once in each VLAN: the answer is kept. Each call of domain_of asks again.
hook K8s::cluster_of(ctx: conn_id_ctx, domain: K8s::Domain) &priority=-20
	{
	print fmt("asked about VLAN %s: %s", ctx?$vlan ? cat(ctx$vlan) : "none",
	    domain?$cluster ? domain$cluster : "any cluster");
	}

event connection_state_remove(c: connection)
	{
	local owner = K8s::owner_in(c$id$orig_h, c$start_time, K8s::domain_of(
	    c$id$ctx));
	print c$id$orig_p, owner$match;
	}

# What is told late is asked of the line's own cluster, too.
event zeek_done() &priority=10
	{
	tell("green", 2, "10.244.1.5", "db-of-green");
	}
@endif

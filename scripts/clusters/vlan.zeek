##! Clusters by the VLAN that their packets are tagged with. Opt-in:
##! `@load zeek-k8s/clusters/vlan`. Makes the VLAN a part of what Zeek knows a
##! connection by, so that equal addresses in two VLANs are two connections.

@load frameworks/conn_key/vlan_fivetuple

@load ../clusters

module K8s;

export {
	## The cluster, or the network of one, that each VLAN belongs to, by the outer
	## tag. Any other VLAN is not decided by this.
	option vlan_domains: table[int] of K8s::Domain = table();
}

hook cluster_of(ctx: conn_id_ctx, domain: K8s::Domain)
	{
	if ( ! ctx?$vlan || ctx$vlan !in vlan_domains )
		return;

	local known = vlan_domains[ctx$vlan];

	if ( known?$cluster )
		domain$cluster = known$cluster;

	if ( known?$network )
		domain$network = known$network;
	}

function set_vlan_domains(id: string, domains: table[int] of K8s::Domain)
    : table[int] of K8s::Domain
	{
	K8s::forget_contexts();
	return domains;
	}

event zeek_init() &priority=10
	{
	Option::set_change_handler("K8s::vlan_domains", set_vlan_domains);
	}

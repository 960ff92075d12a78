##! Several clusters that use the same addresses: which of them a connection was
##! seen in. Without an answer all clusters are asked, and if more than one of them
##! claims an address, nobody is named.

@load base/frameworks/config

@load ./types

module K8s;

export {
	## The only cluster that this sensor sees, by its name in the rows. If empty,
	## owners are looked for in all clusters.
	option sensor_cluster = "";

	## Tells which cluster and network a connection was seen in.
	##
	## The answer is kept for each different *ctx*, so it must depend on nothing else;
	## call `K8s::forget_contexts` when it becomes another. For lines, *ctx* has the
	## fields that they log; for lines without any, and for `K8s::owner`, it has none.
	##
	## ctx: The context of the connection.
	##
	## domain: To be filled with what is known.
	global cluster_of: hook(ctx: conn_id_ctx, domain: K8s::Domain);

	## Forgets what `K8s::cluster_of` has told of any context.
	global forget_contexts: function();

	## What `K8s::cluster_of` tells of a context, such as ``c$id$ctx``; for
	## `K8s::owner_in`.
	##
	## ctx: The context of the connection.
	global domain_of: function(ctx: conn_id_ctx): K8s::Domain;
}

function forget_contexts()
	{
	K8s::__forget_contexts();
	}

function domain_of(ctx: conn_id_ctx): K8s::Domain
	{
	local domain = K8s::Domain();
	hook cluster_of(ctx, domain);
	return domain;
	}

hook cluster_of(ctx: conn_id_ctx, domain: K8s::Domain) &priority=-10
	{
	if ( sensor_cluster != "" && ! domain?$cluster )
		domain$cluster = sensor_cluster;
	}

function set_sensor_cluster(id: string, cluster: string): string
	{
	K8s::forget_contexts();
	return cluster;
	}

event zeek_init() &priority=10
	{
	Option::set_change_handler("K8s::sensor_cluster", set_sensor_cluster);
	}

##! Pods that ask the cluster's DNS what there is.

@load base/protocols/dns

@load ./base
@load ./tally

module DNS_Recon;

export {
	redef enum Notice::Type += {
		## A workload asked for the names of many addresses of the cluster: today's way
		## to list services.
		##
		## Next: look at what the pod connected to afterwards, and what runs in it.
		##
		## False alarms: programs that look up the name of each client, such as
		## databases and mail servers: raise the threshold, or give them the role
		## ``dns``.
		##
		## Needs: DNS at a tap on the pod's side of the resolver.
		Reverse_Sweep,
		## A workload asked for all services by a wildcard. Resolvers since 2021 do not
		## answer that; tools try it first all the same.
		##
		## Next: look at what runs in the pod, and at what it connected to afterwards.
		##
		## False alarms: none are known.
		##
		## Needs: as above.
		Wildcard_Enumeration,
		## A workload asked for a whole zone of the cluster.
		##
		## Next: see in dns.log whether the resolver agreed; if it did, let it answer
		## zone transfers to nobody.
		##
		## False alarms: secondary name servers; give them the role ``dns``.
		##
		## Needs: as above.
		Zone_Transfer
	};

	## Whether this detection is on.
	option enabled = T;

	## How many names of addresses are a sweep.
	option ptr_threshold = 20;

	## Within how long.
	option window = 300sec;

	## The domain of the cluster.
	option cluster_domain = "cluster.local";

	## Names that stand for everything.
	option wildcard_names = /^(any|\*)\.(any|\*)\.(any\.|\*\.)?svc(\.|$)/i |
	    /(^|\.)\*\.svc(\.|$)/i;

	## The roles of those who may: resolvers ask for others.
	option allowed_roles: set[string] = {
		"dns",
		"scraper"
	};

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);
}

redef K8s::severities += {
	[Reverse_Sweep] = "high",
	[Wildcard_Enumeration] = "high",
	[Zone_Transfer] = "medium"
};

redef K8s::techniques += {
	[Reverse_Sweep] = set("T1613", "T1018"),
	[Wildcard_Enumeration] = set("T1613"),
	[Zone_Transfer] = set("T1613")
};

const PTR = 12;

const AXFR = 252;

# Other names are in these zones, too, such as those of DNS-SD: Zeek would call them errors.
const names_of_addresses = /([0-9]{1,3}\.){4}in-addr\.arpa/i |
    /([0-9a-f]\.){32}ip6\.arpa/i;

function tell(finding: K8s::Finding)
	{
	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event DNS_Recon::found(finding);
	}

function allowed(o: K8s::Owner): bool
	{
	return K8s::is_a(o, "node") || K8s::has_role(o, allowed_roles);
	}

function reverse(c: connection, query: string)
	{
	if ( query != names_of_addresses )
		return;

	local now = network_time();
	local src = K8s::owner(c$id$orig_h, now);

	if ( allowed(src) )
		return;

	local asked = ptr_name_to_addr(query);

	# Of the cluster, as far as it is known; without one, of those that are private.
	if ( ! K8s::owner(asked, now)?$match
	    && ( src?$match || ! Site::is_private_addr(asked) ) )
		return;

	K8s::sighted(Reverse_Sweep, cat(c$id$orig_h), cat(asked), ptr_threshold,
	    window, c$id$orig_h, c$id$resp_h);
	}

function told_at_once(c: connection, note: Notice::Type, did: string,
    query: string)
	{
	local finding = K8s::finding_of(note, c);

	if ( allowed(finding$src_owner) )
		return;

	finding$did = fmt("asked %s for %s", K8s::describe(finding$dst_owner,
	    c$id$resp_h), did);
	finding$evidence = query;
	tell(finding);
	}

event dns_request(c: connection, msg: dns_msg, query: string, qtype: count,
    qclass: count)
	{
	if ( ! enabled )
		return;

	if ( qtype == PTR )
		reverse(c, query);
	else if ( qtype == AXFR )
		{
		if ( ends_with(to_lower(query), cluster_domain)
		    || ends_with(query, ".arpa") )
			told_at_once(c, Zone_Transfer, "a whole zone", query);
		}
	else if ( wildcard_names in query )
		told_at_once(c, Wildcard_Enumeration, "all services by a wildcard", query);
	}

hook K8s::enough(sighting: K8s::Sighting, items: vector of string)
	{
	if ( sighting$note != Reverse_Sweep )
		return;

	local finding = K8s::finding_about(Reverse_Sweep, sighting$src, sighting$dst);
	finding$did = fmt(
	    "asked for the names of %d addresses of the cluster within %s",
	    |items|, window);
	finding$evidence = join_string_vec(items, ", ");
	tell(finding);
	}

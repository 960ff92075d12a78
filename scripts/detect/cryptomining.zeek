##! Workloads that mine: what a miner says to its pool, and the names of pools.

@load base/frameworks/signatures
@load base/protocols/dns
@load base/protocols/ssl

@load ./base

@load-sigs ./cryptomining.sig

module Cryptomining;

export {
	redef enum Notice::Type += {
		## A workload and a pool of miners talk to each other.
		##
		## Next: stop the workload, keep its image; find out how it came there, as
		## whoever started it can start more.
		##
		## False alarms: companies whose business it is; drop them in the hook.
		##
		## Needs: cleartext; the first kilobyte of a connection, or of what is seen of
		## it.
		Stratum,
		## A workload looked up the name of a pool of miners, or asked for it in TLS.
		##
		## Next: look at what the workload runs, and what it connected to next.
		##
		## False alarms: browsers and crawlers, security scanners, threat intelligence.
		##
		## Needs: DNS at a tap on the pod's side of the resolver, or the TLS hello.
		Pool_Lookup
	};

	## Whether this detection is on.
	option enabled = T;

	## The names of pools, with what comes before them.
	option pool_domains = /(^|\.)(2miners\.com|antpool\.com|authedmine\.com|braiins\.com|c3pool\.(com|org)|coinhive\.com|coin-hive\.com|crypto-loot\.com|cryptonight\.net|dwarfpool\.com|ethermine\.org|f2pool\.com|flexpool\.io|gntl\.co\.uk|hashvault\.pro|herominers\.com|hiveon\.(com|net)|kryptex\.network|minergate\.com|minexmr\.com|miningocean\.org|miningpoolhub\.com|monerohash\.com|moneroocean\.stream|nanopool\.org|nicehash\.com|p2pool\.io|poolin\.com|prohashing\.com|skypool\.org|slushpool\.com|supportxmr\.com|unmineable\.com|viabtc\.com|woolypooly\.com|xmrpool\.(eu|net)|zergpool\.com|zpool\.ca)\.?$/i;

	## Whether one message is not enough, if another program may have one that is
	## called so. Those called ``mining.`` are Stratum's own.
	option require_two_messages = T;

	## The roles of those who may.
	option allowed_roles: set[string] = {};

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);

	## Raised by the signatures.
	global said: event(state: signature_state, msg: string, data: string);

	redef record connection += {
		## What a miner or its pool has said.
		k8s_mining: set[string] &optional;
	};
}

redef K8s::severities += {
	[Stratum] = "critical",
	[Pool_Lookup] = "high"
};

redef K8s::techniques += {
	[Stratum] = set("T1496.001"),
	[Pool_Lookup] = set("T1496.001")
};

# What only the pool says.
const pool_says = set("mining.notify", "mining.set_difficulty", "job");

function tell(finding: K8s::Finding)
	{
	if ( K8s::has_role(finding$src_owner, allowed_roles) )
		return;

	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event Cryptomining::found(finding);
	}

event Cryptomining::said(state: signature_state, msg: string, data: string)
	{
	if ( ! enabled )
		return;

	local c = state$conn;

	if ( ! c?$k8s_mining )
		c$k8s_mining = set();

	add c$k8s_mining[msg];

	if ( require_two_messages && |c$k8s_mining| < 2 && /^mining\./ !in msg )
		return;

	local finding = K8s::finding_of(Stratum, c);

	# A connection that was not seen from its beginning may stand on its head.
	if ( state$is_orig == ( msg in pool_says ) )
		{
		local miner = finding$dst_owner;
		finding$dst_owner = finding$src_owner;
		finding$src_owner = miner;
		finding$src = c$id$resp_h;
		finding$dst = c$id$orig_h;
		}

	finding$did = fmt("mines: it talks Stratum with %s", K8s::describe(
	    finding$dst_owner, finding$dst));
	finding$evidence = fmt("messages %s; port %s; %s", join_string_vec(K8s::sorted(
	    c$k8s_mining), ", "), c$id$resp_p, data);
	tell(finding);
	}

function looked_up(c: connection, name: string, how: string)
	{
	local finding = K8s::finding_of(Pool_Lookup, c);

	# A resolver asks for others.
	if ( K8s::plays(finding$src_owner, "dns") )
		return;

	finding$did = fmt("%s %s, a pool of miners", how, name);
	finding$evidence = fmt("%s in %s", name, how == "looked up" ? "DNS" :
	    "the TLS hello");
	finding$about = to_lower(name);
	tell(finding);
	}

event dns_request(c: connection, msg: dns_msg, query: string, qtype: count,
    qclass: count)
	{
	if ( pool_domains in query && enabled )
		looked_up(c, query, "looked up");
	}

event ssl_extension_server_name(c: connection, is_client: bool,
    names: string_vec)
	{
	if ( is_client && |names| > 0 && pool_domains in names[0] && enabled )
		looked_up(c, names[0], "asked for");
	}

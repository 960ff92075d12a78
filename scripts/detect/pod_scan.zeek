##! Pods that look for open ports and for neighbours.
##!
##! What counts is a connection that came to nothing, once for each target: a backend
##! that is down is one target, however often it is tried.

@load base/protocols/conn

@load ./base
@load ./tally

module Pod_Scan;

export {
	redef enum Notice::Type += {
		## A workload tried many ports of one address.
		##
		## Next: look at what runs in the pod; what answered is in conn.log.
		##
		## False alarms: health checks of many ports of one address, and network tests;
		## give their workload the role ``scraper``.
		##
		## Needs: TCP, unanswered attempts included, at a tap on the pod's side.
		Port_Scan,
		## A workload tried one port of many addresses.
		##
		## Next: look at what runs in the pod; which port tells what is looked for, and
		## conn.log which of them answered.
		##
		## False alarms: clients of peer-to-peer programs, monitoring, and clients of a
		## service whose backends vanished at once.
		##
		## Needs: as above.
		Address_Scan,
		## A workload tried several of the ports that only the control plane and nodes
		## have, on whatever addresses: what tools against Kubernetes do first.
		##
		## Next: look at what runs in the pod, and whether it talked to an API server,
		## kubelet or etcd that answered.
		##
		## False alarms: security scanners of one's own.
		##
		## Needs: as above.
		Control_Plane_Sweep
	};

	## Whether this detection is on.
	option enabled = T;

	## How many addresses are a scan.
	option address_threshold = 15;

	## How many ports are a scan.
	option port_threshold = 10;

	## How many ports of ``k8s_ports`` are a sweep.
	option k8s_port_threshold = 3;

	## Within how long.
	option window = 300sec;

	## The ports of the control plane and of nodes.
	option k8s_ports: set[port] = {
		2375/tcp,
		2379/tcp,
		4194/tcp,
		6443/tcp,
		10250/tcp,
		10255/tcp,
		44134/tcp
	};

	## Whether targets whose owner has just ended are left out: that is what a rollout
	## looks like.
	option ignore_recent_deleted = T;

	## The roles of those who may.
	option allowed_roles: set[string] = {
		"scraper",
		"cni",
		"node_agent"
	};

	## Whether nodes are watched as pods are. They check the health of their pods, and
	## speak for those that use their network.
	option nodes = F;

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);
}

redef K8s::severities += {
	[Port_Scan] = "high",
	[Address_Scan] = "high",
	[Control_Plane_Sweep] = "high"
};

redef K8s::techniques += {
	[Port_Scan] = set("T1046"),
	[Address_Scan] = set("T1046", "T1018"),
	[Control_Plane_Sweep] = set("T1046", "T1613")
};

# States of connections in which nobody answered, or said no.
const came_to_nothing = set("S0", "REJ", "RSTOS0", "SH");

# States of connections that were had, and in which nothing may have been said.
const came_about = set("SF", "RSTO", "RSTR", "S1");

function watched(o: K8s::Owner): bool
	{
	# An address outside of the cluster is for others to watch.
	if ( ! o?$match )
		return F;

	if ( o?$kind && ( o$kind == "service" || ( o$kind == "node" && ! nodes ) ) )
		return F;

	return ! o?$roles || ! K8s::has_role(o, allowed_roles);
	}

# After the script of conn.log, which finds out the state.
event connection_state_remove(c: connection) &priority=-5
	{
	if ( ! enabled || ! c?$conn )
		return;

	local conn = c$conn;

	if ( conn$proto != tcp || ! conn?$conn_state )
		return;

	local id = c$id;
	local failed = conn$conn_state in came_to_nothing;
	local k8s_port = id$resp_p in k8s_ports;

	# A scan may complete each connection and say nothing.
	if ( ! failed
	    && ! ( k8s_port && conn$conn_state in came_about && c$orig$size == 0 && c$resp$size == 0 ) )
		return;

	local now = network_time();

	if ( ! watched(K8s::owner(id$orig_h, now)) )
		return;

	if ( ignore_recent_deleted )
		{
		local dst = K8s::owner(id$resp_h, now);

		if ( dst?$match && dst$match == "ended" )
			return;
		}

	local src = id$orig_h;
	local who = cat(src);
	local p = cat(id$resp_p);

	if ( k8s_port )
		K8s::sighted(Control_Plane_Sweep, who, p, k8s_port_threshold, window, src,
		    id$resp_h);

	if ( failed )
		{
		local whom = cat(id$resp_h);

		# Each address of a scan that is known is not a target by itself, too.
		if ( ! K8s::sighted(Address_Scan, who + "|" + p, whom, address_threshold,
		    window, src, id$resp_h) )
			K8s::sighted(Port_Scan, who + "|" + whom, p, port_threshold, window, src,
			    id$resp_h);
		}
	}

hook K8s::enough(sighting: K8s::Sighting, items: vector of string)
	{
	local note = sighting$note;

	if ( note != Port_Scan
	    && note != Address_Scan
	    && note != Control_Plane_Sweep )
		return;

	local finding = K8s::finding_about(note, sighting$src, sighting$dst);
	local list = join_string_vec(items, ", ");

	switch note
		{
		case Port_Scan:
			finding$did = fmt("tried %d ports of %s within %s", |items|, K8s::describe(
			    finding$dst_owner, sighting$dst), window);
			finding$evidence = "ports " + list;
			break;
		case Address_Scan:
			local p = split_string(sighting$key, /\|/)[1];
			finding$did = fmt("tried port %s of %d addresses within %s", p, |items|,
			    window);
			finding$evidence = fmt("port %s of %s", p, list);
			break;
		default:
			finding$did = fmt("tried %d ports of the control plane and of nodes within %s",
			    |items|, window);
			finding$evidence = "ports " + list;
			break;
		}

	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event Pod_Scan::found(finding);
	}

##! Ports of the control plane and of nodes, and consoles for administrators, reached by
##! somebody who has no business there. API server, kubelet and etcd have detections of
##! their own.

@load base/frameworks/config

@load ./base

module Control_Plane;

export {
	redef enum Notice::Type += {
		## A pod, or somebody outside of the cluster, opened a connection to a service
		## of the control plane or of a node, or to a console for administrators.
		##
		## Next: close the port, or put a login before it; find out what in the pod did
		## it.
		##
		## False alarms: monitoring that is not recognised, and consoles that are
		## published on purpose: give what stands before them the role ``proxy``.
		##
		## Needs: the TCP handshake, and the owner of the other end.
		Sensitive_Service_Access
	};

	## Whether this detection is on.
	option enabled = T;

	## What listens on which port of a node or of the control plane.
	option services: set[string] = {
		"2375/tcp=Docker's API",
		"2376/tcp=Docker's API with TLS",
		"4040/tcp=Weave Scope",
		"4194/tcp=cAdvisor",
		"8001/tcp=kubectl proxy",
		"8080/tcp=the insecure port of the API server",
		"10249/tcp=the metrics of kube-proxy",
		"10251/tcp=kube-scheduler",
		"10252/tcp=kube-controller-manager",
		"10257/tcp=kube-controller-manager",
		"10259/tcp=kube-scheduler",
		"44134/tcp=Tiller"
	};

	## The roles of those who may.
	option allowed_roles: set[string] = {
		"control_plane",
		"konnectivity",
		"node_agent",
		"cni",
		"scraper",
		"controller",
		"proxy"
	};

	## Whether only those outside of the cluster are told of.
	option external_only = F;

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);
}

redef K8s::severities += {[Sensitive_Service_Access] = "high"};

redef K8s::techniques += {[Sensitive_Service_Access] = set("T1133", "T1613")};

global names: table[port] of string;

# Makes a table of the option, which a configuration file can only give as a set.
function read_services(id: string, wanted: set[string]): set[string]
	{
	local read: table[port] of string;

	for ( entry in wanted )
		{
		local parts = split_string1(entry, /=/);

		if ( |parts| != 2 || parts[0] != /[0-9]+\/(tcp|udp)/ )
			{
			Reporter::warning(fmt("%s: '%s' is not PORT/tcp=NAME", id, entry));
			return services;
			}

		read[to_port(parts[0])] = parts[1];
		}

	names = read;
	return wanted;
	}

event zeek_init()
	{
	read_services("Control_Plane::services", services);
	Option::set_change_handler("Control_Plane::services", read_services);
	}

# What is served there that is nobody's business, or an empty string.
function service_of(o: K8s::Owner, p: port): string
	{
	if ( K8s::plays(o, "admin_console") )
		return "a console for administrators";

	if ( p !in names )
		return "";

	return K8s::is_a(o, "node") || K8s::plays(o, "control_plane") ? names[p] : "";
	}

event connection_established(c: connection)
	{
	if ( ! enabled )
		return;

	local dst = K8s::owner_of_port(c$id$resp_h, c$id$resp_p, network_time());

	# Most connections end here.
	if ( ! dst?$roles && c$id$resp_p !in names )
		return;

	local service = service_of(dst, c$id$resp_p);

	if ( service == "" )
		return;

	local finding = K8s::finding_of(Sensitive_Service_Access, c);
	local src = finding$src_owner;

	if ( K8s::is_a(src, "node") || K8s::has_role(src, allowed_roles) )
		return;

	if ( external_only && src?$match )
		return;

	finding$did = fmt("opened a connection to %s on %s", service, K8s::describe(dst,
	    c$id$resp_h));
	finding$evidence = fmt("port %s", c$id$resp_p);
	finding$about = service;
	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event Control_Plane::found(finding);
	}

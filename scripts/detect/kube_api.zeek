##! Workloads that talk to the API server although nothing they are says that they should.

@load base/frameworks/cluster

@load ./base
@load ./kube_api_server

module Kube_API;

export {
	redef enum Notice::Type += {
		## A workload talks to the API server that has no account of its own, or that
		## never did so while this was learned.
		##
		## Next: look into the audit log for what its service account did; set
		## ``automountServiceAccountToken: false`` where it has no business there.
		##
		## False alarms: operators and jobs that are not recognised, in the first hour of
		## a new one; give its workload the role ``controller``.
		##
		## Needs: the TLS hello, and the owner of both ends.
		Unexpected_Workload,
		## A workload talks to the API server with a tool: it asks for the server by the
		## name that people type, or it uses the default account and is no Go program.
		##
		## Next: find out who has a shell in the pod, and what the token may do.
		##
		## False alarms: scripts of jobs and hooks that use curl or Python; give them an
		## account of their own and call the server by ``KUBERNETES_SERVICE_HOST``.
		##
		## Needs: the TLS hello.
		Script_Client
	};

	## Whether this detection is on.
	option enabled = T;

	## The roles of those who may.
	option allowed_roles: set[string] = {
		"controller",
		"node_agent",
		"cni",
		"scraper",
		"builder",
		"control_plane",
		"konnectivity",
		"dns",
		"proxy",
		"backup"
	};

	## The names by which people call the API server. Programs in a pod are told its
	## address and ask for no name.
	option script_sni = /^kubernetes(\.default(\.svc(\..*)?)?)?$/;

	## Whether the default account of a namespace is enough to be told of.
	option flag_default_sa = T;

	## How long, after the first hello, workloads with an account of their own are
	## learned and not told of. 0 learns nothing.
	option learn = 86400sec;

	## How many workloads are remembered; one takes about a hundred bytes. Those beyond
	## are told of, and show in the metric ``k8s_detect_dropped_total``.
	option max_learned = 20000;

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);

	## Tells a proxy of a workload that was learned, which tells all workers.
	global relay_v1: event(workload: string);

	## Tells a worker of a workload that was learned.
	global learned_v1: event(workload: string);
}

redef K8s::severities += {
	[Unexpected_Workload] = "medium",
	[Script_Client] = "high"
};

redef K8s::techniques += {
	[Unexpected_Workload] = set("T1552.007", "T1613"),
	[Script_Client] = set("T1552.007", "T1613")
};

global learned: set[string] &read_expire=7days;

global began = double_to_time(0.0);

function tell(finding: K8s::Finding)
	{
	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event Kube_API::found(finding);
	}

# Whether a workload was there before; learns it while there is time.
function is_known(workload: string): bool
	{
	if ( workload in learned )
		return T;

	if ( network_time() - began >= learn )
		return F;

	if ( |learned| >= max_learned )
		{
		K8s::count_dropped("Kube_API::learned");
		return F;
		}

	add learned[workload];

	# Its next connection may pass another worker, when there is no more time.
	if ( Cluster::is_enabled() && Cluster::local_node_type() == Cluster::WORKER )
		Cluster::publish_hrw(Cluster::proxy_pool, workload, relay_v1, workload);

	return T;
	}

event Kube_API::relay_v1(workload: string)
	{
	Cluster::publish(Cluster::worker_topic, learned_v1, workload);
	}

event Kube_API::learned_v1(workload: string)
	{
	if ( |learned| < max_learned )
		add learned[workload];
	else if ( workload !in learned )
		K8s::count_dropped("Kube_API::learned");
	}

hook K8s::client_said_hello(c: connection)
	{
	if ( c$id$resp_p !in K8s::api_ports || ! enabled )
		return;

	if ( time_to_double(began) == 0.0 )
		began = network_time();

	local hello = c$k8s_hello;
	local named = script_sni in hello$name;
	local dst = K8s::owner_of_port(c$id$resp_h, c$id$resp_p, network_time());

	if ( ! named && ! K8s::is_api_server(dst, c$id$resp_h, c$id$resp_p) )
		return;

	local src = K8s::owner(c$id$orig_h, network_time());

	if ( K8s::is_a(src, "node") || K8s::has_role(src, allowed_roles) )
		return;

	# An address outside is an administrator's, unless it asks by the inner name.
	if ( ! src?$match && ! named )
		return;

	local is_default = src?$service_account && src$service_account == "default";
	local finding: K8s::Finding;

	if ( named || ( is_default && ! hello$is_go ) )
		{
		finding = K8s::finding_of(Script_Client, c);
		finding$did = fmt("talks to the API server %s with a tool such as curl or kubectl",
		    K8s::describe(dst, c$id$resp_h));
		}
	else
		{
		if ( ! ( is_default && flag_default_sa )
		    && is_known(K8s::workload_of(src, c$id$orig_h)) )
			return;

		finding = K8s::finding_of(Unexpected_Workload, c);
		finding$did = fmt("talks to the API server %s, which is not expected of it",
		    K8s::describe(dst, c$id$resp_h));
		}

	finding$evidence = fmt("%s; service account %s", K8s::describe_hello(hello),
	    src?$service_account ? src$service_account : "unknown");
	tell(finding);
	}

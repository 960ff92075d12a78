##! Pods that ask the cloud's metadata service for what belongs to their node: the
##! credentials of its role, or the data that it was started with.

@load base/protocols/http

@load ./base
@load ./tally

module Cloud_Metadata;

export {
	redef enum Notice::Type += {
		## A pod asked the cloud's metadata service for credentials. *Critical* if it
		## got an answer, else one step less.
		##
		## Next: find out what in the pod made the request, then revoke the role's
		## sessions; what the role may do is what was stolen.
		##
		## False alarms: a program that is meant to use its node's role; give its
		## workload the role ``cloud_identity``.
		##
		## Needs: cleartext HTTP at a tap on the pod's side of the node.
		Credential_Access,
		## A pod asked for the data that its node was started with: user data, or
		## ``kube-env``. Often there are tokens in it that join the cluster.
		##
		## Next: look whether the data holds secrets, and rotate them.
		##
		## False alarms: agents that configure nodes, if they are no DaemonSet of a
		## system namespace.
		##
		## Needs: cleartext HTTP at a tap on the pod's side of the node.
		Bootstrap_Data_Access,
		## A pod tried the metadata services of several clouds within a short time, as
		## tools do that do not know where they are.
		##
		## Next: look at what else the pod did in these minutes.
		##
		## False alarms: programs that detect their cloud at start, such as agents that
		## add the region to what they report.
		##
		## Needs: connections at a tap on the pod's side of the node; paths if HTTP.
		Probe
	};

	## Whether this detection is on.
	option enabled = T;

	## The addresses of metadata services.
	option endpoints: set[addr] = {
		169.254.169.254,
		169.254.170.2,
		169.254.170.23,
		[fd00:ec2::23],
		[fd00:ec2::254],
		169.254.169.252,
		168.63.129.16,
		100.100.100.200,
		100.96.0.96,
		100.80.80.80,
		192.0.0.192
	};

	## Those of them that give a pod its own credentials: an answer is as it should be,
	## and a refusal is told of.
	option own_credentials: set[addr] = {
		169.254.170.23,
		[fd00:ec2::23]
	};

	## The paths of credentials.
	option credential_paths = /meta-data\/+((iam|ram|cam)\/+security-credentials|identity-credentials)/i
	    | /computemetadata\/+v1(beta1)?\/+instance\/+service-accounts\/+[^\/]+\/+(token|identity)/i
	    | /metadata\/+identity\/+oauth2\/+token/i |
	    /^\/+v[12]\/+credentials/i | /opc\/+v[12]\/+identity/i;

	## The paths of what a node is started with.
	option bootstrap_paths = /\/user[-_]data/i | /computemetadata\/+v1(beta1)?\/+instance\/+attributes\/+(kube-env|kubeconfig|$)/i
	    | /attributes\/+\?[^ ]*recursive=true/i |
	    /metadata\/+instance\/+compute\/+(userdata|customdata)/i |
	    /\/machine\/?\?[^ ]*comp=goalstate/i | /\/vmsettings/i;

	## The roles of those who may.
	option allowed_roles: set[string] = {
		"cloud_identity",
		"node_agent",
		"cni"
	};

	## The roles of those who may look which cloud they are in.
	option probe_allowed_roles: set[string] = {
		"cloud_identity",
		"node_agent",
		"cni",
		"scraper"
	};

	## How many different services are a probe.
	option probe_threshold = 3;

	## Within how long.
	option probe_window = 60sec;

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);
}

redef K8s::severities += {
	[Credential_Access] = "critical",
	[Bootstrap_Data_Access] = "high",
	[Probe] = "medium"
};

redef K8s::techniques += {
	[Credential_Access] = set("T1552.005"),
	[Bootstrap_Data_Access] = set("T1552.005"),
	[Probe] = set("T1552.005")
};

function tell(finding: K8s::Finding)
	{
	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event Cloud_Metadata::found(finding);
	}

# A service is its address and the first word of the path: one address serves many.
function sighted(id: conn_id, o: K8s::Owner, word: string)
	{
	if ( K8s::has_role(o, probe_allowed_roles) )
		return;

	K8s::sighted(Probe, K8s::workload_of(o, id$orig_h), cat(id$resp_h, word),
	    probe_threshold, probe_window, id$orig_h, id$resp_h);
	}

event connection_state_remove(c: connection)
	{
	if ( c$id$resp_h !in endpoints || ! enabled )
		return;

	# With a request, the path says more.
	if ( c?$http || get_port_transport_proto(c$id$resp_p) != tcp )
		return;

	local o = K8s::owner(c$id$orig_h, network_time());

	if ( ! K8s::is_a(o, "node") )
		sighted(c$id, o, "");
	}

event HTTP::log_http(rec: HTTP::Info)
	{
	if ( rec$id$resp_h !in endpoints || ! enabled || ! rec?$uri )
		return;

	local o = K8s::owner(rec$id$orig_h, network_time());

	# What uses its node's network is taken for the node.
	if ( K8s::is_a(o, "node") )
		return;

	local parts = split_string(rec$uri, /\/+/);
	sighted(rec$id, o, |parts| > 1 ? "/" + to_lower(parts[1]) : "");

	if ( K8s::has_role(o, allowed_roles) )
		return;

	local answered = rec?$status_code && rec$status_code / 100 == 2;

	if ( answered && rec$id$resp_h in own_credentials )
		return;

	local note: Notice::Type;
	local what: string;

	if ( credential_paths in rec$uri )
		{
		note = Credential_Access;
		what = "credentials";
		}
	else if ( bootstrap_paths in rec$uri )
		{
		note = Bootstrap_Data_Access;
		what = "the data that its node was started with";
		}
	else
		return;

	local finding = K8s::finding_between(note, rec$id, rec$uid);

	if ( ! answered )
		finding$severity = note == Credential_Access ? "high" : "medium";

	finding$did = fmt("asked the cloud's metadata service at %s for %s%s",
	    rec$id$resp_h, what, answered ? " and got them" : "");
	finding$evidence = fmt("%s %s, Host %s, answer %s", rec$method, rec$uri,
	    rec?$host ? rec$host : "unset", rec?$status_code ? cat(
	    rec$status_code) : "none");
	tell(finding);
	}

hook K8s::enough(sighting: K8s::Sighting, items: vector of string)
	{
	if ( sighting$note != Probe || ! enabled )
		return;

	local finding = K8s::finding_about(Probe, sighting$src, sighting$dst);
	finding$did = fmt("tried %d metadata services of clouds within %s", |items|,
	    sighting$window);
	finding$evidence = join_string_vec(items, ", ");
	tell(finding);
	}

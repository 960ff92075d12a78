##! Admission webhooks that are called by somebody other than the API server. They trust
##! what they are sent: the way in of IngressNightmare (CVE-2025-1974).

@load ./base
@load ./hello

module Admission_Webhook;

export {
	redef enum Notice::Type += {
		## A pod called an admission webhook. *Critical* if an ingress controller serves
		## it, as that one runs what it is sent.
		##
		## Next: update the ingress controller; let only the API server reach the
		## webhook, by a NetworkPolicy.
		##
		## False alarms: monitoring that is not recognised, on the same port.
		##
		## Needs: the TLS hello, and the owner of the other end.
		Direct_Access
	};

	## Whether this detection is on.
	option enabled = T;

	## The ports of webhooks, on pods of the role ``webhook``. On services of that role
	## any port is one.
	option ports: set[port] = {
		4443/tcp,
		6443/tcp,
		8443/tcp,
		9443/tcp,
		9876/tcp,
		10250/tcp,
		10260/tcp,
		15017/tcp
	};

	## The roles of those who may.
	option allowed_roles: set[string] = {
		"control_plane",
		"konnectivity",
		"scraper"
	};

	## Whether an address that is in no cluster is told of, too. A managed control plane
	## calls from such addresses.
	option outside = F;

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);
}

redef K8s::hello_ports += {
	443/tcp,
	4443/tcp,
	6443/tcp,
	8443/tcp,
	9443/tcp,
	9876/tcp,
	10250/tcp,
	10260/tcp,
	15017/tcp
};

redef K8s::severities += {[Direct_Access] = "high"};

redef K8s::techniques += {[Direct_Access] = set("T1190")};

hook K8s::client_said_hello(c: connection)
	{
	if ( ! enabled )
		return;

	local dst = K8s::owner_of_port(c$id$resp_h, c$id$resp_p, network_time());

	if ( ! K8s::plays(dst, "webhook") )
		return;

	if ( K8s::is_a(dst, "pod") && c$id$resp_p !in ports )
		return;

	local finding = K8s::finding_of(Direct_Access, c);
	local src = finding$src_owner;

	# The API server is on a node, and kubelets probe from theirs.
	if ( K8s::is_a(src, "node") || K8s::has_role(src, allowed_roles) )
		return;

	if ( ! src?$match && ! outside )
		return;

	if ( K8s::plays(dst, "proxy") )
		finding$severity = "critical";

	finding$did = fmt(
	    "called the admission webhook of %s, as only the API server should",
	    K8s::describe(dst, c$id$resp_h));
	finding$evidence = fmt("%s; port %s", K8s::describe_hello(c$k8s_hello),
	    c$id$resp_p);
	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event Admission_Webhook::found(finding);
	}

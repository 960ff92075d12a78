##! Pods that talk to a kubelet. What they do there is in no audit log: it does not pass
##! the API server.

@load base/protocols/http

@load ./base
@load ./stream

module Kubelet;

export {
	redef enum Notice::Type += {
		## A pod spoke TLS with a kubelet. *Medium* where the other end is not known to
		## be a node.
		##
		## Next: find out what in the pod did it; look whether its service account may
		## use ``nodes/proxy``.
		##
		## False alarms: monitoring that is not recognised; give its workload the role
		## ``scraper`` or ``node_agent``.
		##
		## Needs: the TLS hello between pod and node; only the node's own tap sees a pod
		## that talks to its own node.
		Pod_Access,
		## A pod opened a stream at a kubelet: a shell in a container, or its like.
		##
		## Next: treat the pod as taken over, and all pods of that node as reached.
		##
		## False alarms: none are known.
		##
		## Needs: the TLS hello and the bytes that follow.
		Exec_Stream,
		## Somebody read from a kubelet's port without a login.
		##
		## Next: switch the port off (``readOnlyPort: 0``); what was read is in the
		## evidence.
		##
		## False alarms: old monitoring; give its workload the role ``scraper``.
		##
		## Needs: cleartext HTTP.
		Read_Only_Port
	};

	## Whether this detection is on.
	option enabled = T;

	## The ports of a kubelet with a login.
	option ports: set[port] = {10250/tcp};

	## The ports of a kubelet without one.
	option read_only_ports: set[port] = {10255/tcp};

	## The paths that only a kubelet has, by which it is known where the other end is
	## not.
	option paths = /^\/(pods|runningpods|spec|stats|metrics\/(cadvisor|resource|probes)|run|exec|attach|portforward|cri|containerlogs|logs|configz)(\/|\?|$)/;

	## The roles of those who may.
	option allowed_roles: set[string] = {
		"node_agent",
		"cni",
		"scraper",
		"control_plane",
		"konnectivity"
	};

	## Whether a pod that talks to its own node counts.
	option alert_own_node = T;

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);
}

redef K8s::hello_ports += {10250/tcp};

redef K8s::severities += {
	[Pod_Access] = "high",
	[Exec_Stream] = "critical",
	[Read_Only_Port] = "medium"
};

redef K8s::techniques += {
	[Pod_Access] = set("T1613"),
	[Exec_Stream] = set("T1609", "T1059.013"),
	[Read_Only_Port] = set("T1613")
};

function tell(finding: K8s::Finding)
	{
	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event Kubelet::found(finding);
	}

# Pods serve on a kubelet's ports, too: some webhooks do on 10250.
function is_kubelet(o: K8s::Owner): bool
	{
	return ! o?$kind || o$kind == "node";
	}

function concerns(src: K8s::Owner, dst: K8s::Owner): bool
	{
	if ( ! is_kubelet(dst) || K8s::is_a(src, "node") )
		return F;

	if ( K8s::has_role(src, allowed_roles) )
		return F;

	return alert_own_node || ! src?$node || ! dst?$node || src$node != dst$node;
	}

hook K8s::client_said_hello(c: connection)
	{
	if ( c$id$resp_p !in ports || ! enabled )
		return;

	local finding = K8s::finding_of(Pod_Access, c);
	local src = finding$src_owner;
	local dst = finding$dst_owner;

	# Without any owner, a port number alone says nothing.
	if ( ! concerns(src, dst) || ( ! src?$match && ! dst?$match ) )
		return;

	if ( ! dst?$kind )
		finding$severity = "medium";

	local asked = K8s::watch_stream(c) ? "; it asks for a stream" : "";
	finding$did = fmt("talks to the kubelet of %s", K8s::describe(dst,
	    c$id$resp_h));
	finding$evidence = fmt("%s, port %s%s", K8s::describe_hello(c$k8s_hello),
	    c$id$resp_p, asked);
	tell(finding);
	}

hook K8s::stream_opened(c: connection)
	{
	if ( c$id$resp_p !in ports || ! enabled )
		return;

	local finding = K8s::finding_of(Exec_Stream, c);

	if ( ! concerns(finding$src_owner, finding$dst_owner) )
		return;

	finding$did = fmt("opened a stream into a container at the kubelet of %s",
	    K8s::describe(finding$dst_owner, c$id$resp_h));
	finding$evidence = fmt("%s; %d bytes out and %d bytes in after the handshake",
	    K8s::describe_hello(c$k8s_hello), c$orig$size -
	    c$k8s_hello$orig_before, c$resp$size - c$k8s_hello$resp_before);
	tell(finding);
	}

event HTTP::log_http(rec: HTTP::Info)
	{
	if ( rec$id$resp_p !in read_only_ports || ! enabled || ! rec?$uri )
		return;

	local finding = K8s::finding_between(Read_Only_Port, rec$id, rec$uid);

	if ( ! concerns(finding$src_owner, finding$dst_owner) )
		return;

	if ( ! finding$dst_owner?$kind && paths !in rec$uri )
		return;

	finding$did = fmt("%s the kubelet of %s without a login", rec?$status_code &&
	    rec$status_code / 100 == 2 ? "read from" : "asked", K8s::describe(
	    finding$dst_owner, rec$id$resp_h));
	finding$evidence = fmt("%s %s, answer %s", rec$method, rec$uri,
	    rec?$status_code ? cat(rec$status_code) : "none");
	tell(finding);
	}

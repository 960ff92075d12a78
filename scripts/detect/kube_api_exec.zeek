##! `kubectl exec`, `attach`, `cp` and `port-forward` from within a pod.

@load ./base
@load ./kube_api_server
@load ./stream

module Kube_API;

export {
	redef enum Notice::Type += {
		## A pod opened a stream at the API server: a shell in another container, a copy
		## of files, or a tunnel to a port.
		##
		## Next: the audit log says into which container: look for ``pods/exec``,
		## ``pods/attach`` and ``pods/portforward`` by the pod's service account.
		##
		## False alarms: tools for builds and administration that are not recognised;
		## give their workload the role ``builder`` or ``controller``.
		##
		## Needs: the TLS hello, and the bytes that follow.
		Exec_Stream
	};

	## Whether the detection of streams is on.
	option exec_enabled = T;

	## The roles of those who may open streams.
	option exec_allowed_roles: set[string] = {
		"builder",
		"controller",
		"control_plane",
		"konnectivity"
	};

	## Raised for each stream that was found.
	global exec_found: event(finding: K8s::Finding);

	## Hears of each stream first; a ``break`` drops it.
	global exec_policy: hook(finding: K8s::Finding);

	## How long the same stream is not told again.
	option exec_suppress = 1hr;
}

redef K8s::severities += {[Exec_Stream] = "high"};

redef K8s::techniques += {[Exec_Stream] = set("T1609", "T1059.013")};

function may_stream(o: K8s::Owner): bool
	{
	return K8s::is_a(o, "node") || K8s::has_role(o, exec_allowed_roles);
	}

hook K8s::client_said_hello(c: connection)
	{
	if ( c$id$resp_p !in K8s::api_ports || ! exec_enabled )
		return;

	local src = K8s::owner(c$id$orig_h, network_time());

	# From outside the cluster it is how administrators work.
	if ( ! src?$match || may_stream(src) )
		return;

	local dst = K8s::owner_of_port(c$id$resp_h, c$id$resp_p, network_time());

	if ( K8s::is_api_server(dst, c$id$resp_h, c$id$resp_p) )
		K8s::watch_stream(c);
	}

hook K8s::stream_opened(c: connection)
	{
	if ( c$id$resp_p !in K8s::api_ports || ! exec_enabled )
		return;

	local finding = K8s::finding_of(Exec_Stream, c);
	finding$did = fmt("opened a stream into a container through the API server %s",
	    K8s::describe(finding$dst_owner, c$id$resp_h));
	finding$evidence = fmt("%s; %d bytes out and %d bytes in after the handshake",
	    K8s::describe_hello(c$k8s_hello), c$orig$size -
	    c$k8s_hello$orig_before, c$resp$size - c$k8s_hello$resp_before);
	finding$suppress_for = exec_suppress;

	if ( K8s::tell(finding, exec_policy) )
		event Kube_API::exec_found(finding);
	}

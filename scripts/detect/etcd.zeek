##! The cluster's database, talked to by somebody other than the control plane. Whoever
##! reads it has every secret; whoever writes it is administrator.

@load base/frameworks/signatures
@load base/protocols/conn
@load base/protocols/http

@load ./base

@load-sigs ./etcd.sig

module Etcd;

export {
	redef enum Notice::Type += {
		## Somebody read or wrote keys of etcd in cleartext. One step less severe if it
		## was not agreed to, and if the other end is not the control plane's.
		##
		## Next: if keys below ``/registry`` were read, rotate every secret of the
		## cluster. Demand client certificates of etcd.
		##
		## False alarms: an application that has an etcd of its own, and a backup that
		## is not recognised; give the workload the role ``backup``.
		##
		## Needs: cleartext HTTP, or gRPC whose first kilobyte has the key.
		Key_Range_Read,
		## A pod opened a connection to the control plane's etcd.
		##
		## Next: find out what in the pod did it; close the port to pods.
		##
		## False alarms: backups and monitoring that are not recognised.
		##
		## Needs: the TCP handshake, and the owner of the other end.
		Unexpected_Client
	};

	## Whether this detection is on.
	option enabled = T;

	## The ports of etcd.
	option ports: set[port] = {
		2379/tcp,
		2380/tcp,
		4001/tcp
	};

	## The paths that read or write keys.
	option key_paths = /^\/+v3(alpha|beta)?\/+(kv\/+(range|put|deleterange|txn)|watch|maintenance\/+snapshot)([\/?]|$)/
	    | /^\/+v2\/+keys([\/?]|$)/;

	## The roles of those who may.
	option allowed_roles: set[string] = {
		"control_plane",
		"backup"
	};

	## The roles of those who may connect, as their monitoring does.
	option connect_allowed_roles: set[string] = {
		"control_plane",
		"backup",
		"scraper"
	};

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);

	## Raised by the signature.
	global asked: event(state: signature_state, msg: string, data: string);
}

redef K8s::severities += {
	[Key_Range_Read] = "critical",
	[Unexpected_Client] = "high"
};

redef K8s::techniques += {
	[Key_Range_Read] = set("T1552.007", "T1613"),
	[Unexpected_Client] = set("T1613")
};

# Requests that write, with their methods.
const write_requests = /^[A-Z]+ \/+v3(alpha|beta)?\/+kv\/+(put|deleterange)/ |
    /^(PUT|POST|DELETE) \/+v2\/+keys/;

function tell(finding: K8s::Finding)
	{
	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event Etcd::found(finding);
	}

function is_control_plane(o: K8s::Owner): bool
	{
	return K8s::plays(o, "control_plane");
	}

function used_keys(finding: K8s::Finding, verb: string, evidence: string,
    answered: bool)
	{
	# The database of an application is not the cluster's.
	if ( ( finding$dst_owner?$kind && ! is_control_plane(finding$dst_owner) )
	    || ! answered )
		finding$severity = "high";

	finding$did = fmt("%s keys of the database etcd of %s", answered ? verb :
	    "asked for", K8s::describe(finding$dst_owner, finding$dst));
	finding$evidence = evidence;
	tell(finding);
	}

event connection_established(c: connection)
	{
	if ( c$id$resp_p !in ports || ! enabled )
		return;

	local finding = K8s::finding_of(Unexpected_Client, c);
	local src = finding$src_owner;

	if ( ! is_control_plane(finding$dst_owner)
	    || ! src?$match
	    || K8s::has_role(src, connect_allowed_roles) )
		return;

	finding$did = fmt(
	    "opened a connection to the database etcd of the control plane, %s",
	    K8s::describe(finding$dst_owner, c$id$resp_h));
	finding$evidence = fmt("port %s", c$id$resp_p);
	tell(finding);
	}

event HTTP::log_http(rec: HTTP::Info)
	{
	if ( ! enabled || ! rec?$uri || key_paths !in rec$uri )
		return;

	# Other programs have a path /v2/keys, too.
	if ( /^\/+v2/ in rec$uri && rec$id$resp_p !in ports )
		return;

	local finding = K8s::finding_between(Key_Range_Read, rec$id, rec$uid);

	if ( K8s::has_role(finding$src_owner, allowed_roles) )
		return;

	local request = fmt("%s %s", rec?$method ? rec$method : "?", rec$uri);
	used_keys(finding, write_requests in request ? "wrote" : "read", fmt(
	    "%s on port %s, answer %s", request, rec$id$resp_p, rec?$status_code ?
	    cat(rec$status_code) : "none"), rec?$status_code
	    && rec$status_code / 100 == 2);
	}

event Etcd::asked(state: signature_state, msg: string, data: string)
	{
	local c = state$conn;

	if ( c$id$resp_p !in ports || ! enabled )
		return;

	local finding = K8s::finding_of(Key_Range_Read, c);

	if ( ! K8s::has_role(finding$src_owner, allowed_roles) )
		used_keys(finding, "read or wrote", fmt("gRPC on port %s with the key %s",
		    c$id$resp_p, find_last(data, /\/registry\/[a-z0-9.\/-]*/)), T);
	}

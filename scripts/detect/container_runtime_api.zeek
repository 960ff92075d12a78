##! Container engines that are told over HTTP what to run. Whoever can reach one, owns
##! the machine that it runs on.

@load base/protocols/http

@load ./base
@load ./request_body

module Container_Runtime_API;

export {
	redef enum Notice::Type += {
		## Somebody had a container made over HTTP. One step less severe if the engine
		## did not agree.
		##
		## Next: look at what runs on that node outside of Kubernetes (``docker ps``,
		## ``crictl ps``), and close the port.
		##
		## False alarms: build and administration tools that are not recognised; give
		## their workload the role ``builder``, or list them in ``allowed_clients``.
		##
		## Needs: cleartext HTTP. An engine with TLS on 2376 is seen by
		## ``Control_Plane`` only.
		Container_Create,
		## Somebody ran a program in a container of an engine, or attached to one.
		##
		## Next: look at what was done in that container, whose id is in the evidence,
		## and close the port.
		##
		## False alarms: as above.
		##
		## Needs: cleartext HTTP.
		Exec,
		## Somebody had a container made that is as good as the machine itself:
		## privileged, with the host's files, processes or network.
		##
		## Next: treat the node as taken over.
		##
		## False alarms: as above.
		##
		## Needs: cleartext HTTP, the request's body included.
		Privileged_Create,
		## Somebody asked an engine what there is.
		##
		## Next: close the port; look for what followed.
		##
		## False alarms: monitoring of an engine, such as Portainer or Watchtower.
		##
		## Needs: cleartext HTTP.
		Recon
	};

	## Whether this detection is on.
	option enabled = T;

	## The roles of those who may.
	option allowed_roles: set[string] = {"builder"};

	## The addresses of those who may.
	option allowed_clients: set[subnet] = {};

	## What makes a container as good as the machine, in the body of a request.
	option dangerous_body = /\"Privileged\"[ \t]*:[ \t]*true/ | /\"(Binds|Source)\"[ \t]*:[ \t]*(\[[^\]]*)?\"\/([\"\/:]|etc|root|proc|var\/run\/docker\.sock|run\/containerd)/
	    |
	    /\"(PidMode|NetworkMode|IpcMode|UsernsMode)\"[ \t]*:[ \t]*\"host\"/ | /\"CapAdd\"[ \t]*:[ \t]*\[[^\]]*\"(CAP_)?(SYS_ADMIN|SYS_PTRACE|SYS_MODULE|ALL)\"/;

	## The ports on which a path without a version is an engine's, too.
	option ports: set[port] = {
		2375/tcp,
		2376/tcp,
		4243/tcp
	};

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);
}

redef K8s::severities += {
	[Container_Create] = "critical",
	[Exec] = "critical",
	[Privileged_Create] = "critical",
	[Recon] = "high"
};

redef K8s::techniques += {
	[Container_Create] = set("T1610"),
	[Exec] = set("T1609"),
	[Privileged_Create] = set("T1610", "T1611"),
	[Recon] = set("T1613")
};

const any_path = /^(\/+v[0-9]\.[0-9]+)?\/+(libpod\/+)?(_ping|auth|build|commit|containers|events|exec|images|info|networks|plugins|swarm|system|version|volumes)([\/?]|$)/;

const create_path = /\/containers\/+create([\/?]|$)/ |
    /\/images\/+create([\/?]|$)/;

const exec_path = /\/containers\/+[^\/]+\/+(exec|attach)([\/?]|$)/ |
    /\/exec\/+[^\/]+\/+start([\/?]|$)/;

const versioned = /^\/+v[0-9]\.[0-9]+\//;

const client = /^Docker-Client\// | /^docker\// | /libpod/;

# Other programs have a path /version, too.
function is_engine(rec: HTTP::Info): bool
	{
	if ( any_path !in rec$uri )
		return F;

	return versioned in rec$uri
	    || rec$id$resp_p in ports
	    || ( rec?$user_agent && client in rec$user_agent );
	}

hook K8s::skip_body(c: connection)
	{
	if ( enabled && c$http?$uri && create_path in c$http$uri )
		break;
	}

event HTTP::log_http(rec: HTTP::Info)
	{
	if ( ! enabled || ! rec?$uri || ! is_engine(rec) )
		return;

	if ( rec$id$orig_h in allowed_clients )
		return;

	local method = rec?$method ? rec$method : "?";
	local agreed = rec?$status_code && rec$status_code < 300;
	local note = Recon;
	local did = "asked the container engine of %s what there is";

	if ( method == "POST" && create_path in rec$uri )
		{
		note = Container_Create;
		did = agreed ? "had the container engine of %s make a container" :
		    "told the container engine of %s to make a container";

		if ( rec?$k8s_body && dangerous_body in rec$k8s_body )
			{
			note = Privileged_Create;
			did += " that is as good as the machine itself";
			}
		}
	else if ( method == "POST" && exec_path in rec$uri )
		{
		note = Exec;
		did = agreed || ( rec?$status_code && rec$status_code == 101 ) ? "ran a program in a container, or attached to one, through the container engine of %s"
		    : "told the container engine of %s to run a program in a container";
		}

	local finding = K8s::finding_between(note, rec$id, rec$uid);

	if ( K8s::has_role(finding$src_owner, allowed_roles) )
		return;

	if ( note != Recon
	    && ! agreed
	    && ! ( rec?$status_code && rec$status_code == 101 ) )
		finding$severity = "high";

	finding$did = fmt(did, K8s::describe(finding$dst_owner, rec$id$resp_h));
	finding$evidence = fmt("%s %s, %s, answer %s", method, rec$uri, rec?$user_agent ?
	    rec$user_agent : "no user agent", rec?$status_code ? cat(
	    rec$status_code) : "none");

	if ( note == Privileged_Create )
		finding$evidence += fmt(", body %s", find_last(rec$k8s_body, dangerous_body));

	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event Container_Runtime_API::found(finding);
	}

##! Shells that a pod gives to somebody: what a shell prints, on a connection that speaks
##! no protocol; and SSH from a pod to a server outside, which can carry one back.

@load base/frameworks/signatures
@load base/protocols/http
@load base/protocols/ssh

@load ./base

@load-sigs ./reverse_shell.sig

module Reverse_Shell;

export {
	redef enum Notice::Type += {
		## A pod printed on a connection what a shell prints. *High* if the other side
		## opened the connection: then it is a shell that listens.
		##
		## Next: treat the pod as taken over; stop it, keep its image and its logs. What
		## it said is in the evidence.
		##
		## False alarms: debugging with netcat.
		##
		## Needs: cleartext; the first kilobyte of what the pod says.
		Shell_Output,
		## A pod opened SSH to a server outside of the cluster that is none of the usual
		## places of git.
		##
		## Next: find out what it is for; a tunnel back leaves long connections.
		##
		## False alarms: transfers of files by SFTP, and git servers of one's own; add
		## these to ``ssh_allowed`` or give the workload the role ``builder``.
		##
		## Needs: the server's banner.
		Outbound_SSH_Shell
	};

	## Whether this detection is on.
	option enabled = T;

	## The ports of the other side that are not looked at.
	option ports_skip: set[port] = {};

	## The servers that pods may open SSH to.
	option ssh_allowed: set[subnet] = {};

	## The banners of servers that serve git and nothing else.
	option git_servers = /babeld|GitLab-SSHD|conker|Gitea|Forgejo/i;

	## The roles of those who may open SSH.
	option ssh_allowed_roles: set[string] = {
		"builder",
		"controller"
	};

	## How long the same finding is not told again.
	option suppress = 1hr;

	## Raised for each finding.
	global found: event(finding: K8s::Finding);

	## Hears of each finding first; a ``break`` drops it.
	global policy: hook(finding: K8s::Finding);

	## Raised by the signature.
	global printed: event(state: signature_state, msg: string, data: string);
}

redef K8s::severities += {
	[Shell_Output] = "critical",
	[Outbound_SSH_Shell] = "medium"
};

redef K8s::techniques += {
	[Shell_Output] = set("T1059.004", "T1571"),
	[Outbound_SSH_Shell] = set("T1572")
};

global printed_here: event(c: connection, is_orig: bool, data: string);

function tell(finding: K8s::Finding)
	{
	finding$suppress_for = suppress;

	if ( K8s::tell(finding, policy) )
		event Reverse_Shell::found(finding);
	}

event Reverse_Shell::printed(state: signature_state, msg: string, data: string)
	{
	# The protocol's own events for the same packet are still in the queue.
	if ( enabled )
		event Reverse_Shell::printed_here(state$conn, state$is_orig, data);
	}

event Reverse_Shell::printed_here(c: connection, is_orig: bool, data: string)
	{
	# Whatever speaks a protocol, speaks of shells and is none.
	if ( |c$service| > 0 || c?$http || c$id$resp_p in ports_skip )
		return;

	local finding = K8s::finding_of(Shell_Output, c);
	local other = c$id$resp_h;

	if ( ! is_orig )
		{
		local opener = finding$src_owner;
		finding$src_owner = finding$dst_owner;
		finding$dst_owner = opener;
		finding$src = c$id$resp_h;
		finding$dst = c$id$orig_h;
		finding$severity = "high";
		other = c$id$orig_h;
		}

	finding$did = fmt("%s a shell to %s", is_orig ? "gave" : "serves",
	    K8s::describe(finding$dst_owner, other));
	finding$evidence = fmt("port %s; it printed %s", c$id$resp_p, data);
	tell(finding);
	}

event ssh_server_version(c: connection, version: string)
	{
	if ( ! enabled || git_servers in version || c$id$resp_h in ssh_allowed )
		return;

	local finding = K8s::finding_of(Outbound_SSH_Shell, c);

	if ( ! K8s::is_a(finding$src_owner, "pod")
	    || finding$dst_owner?$match
	    || K8s::has_role(finding$src_owner, ssh_allowed_roles) )
		return;

	finding$did = fmt("opened SSH to %s", K8s::describe(finding$dst_owner,
	    c$id$resp_h));
	finding$evidence = fmt("port %s, server %s", c$id$resp_p, version);
	finding$about = cat(c$id$resp_h);
	tell(finding);
	}

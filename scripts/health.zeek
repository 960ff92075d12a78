##! How the feed is doing: k8s_sync.log, one line per change of state.

@load base/frameworks/logging

@load ./feed

module K8s;

export {
	redef enum Log::ID += { SYNC_LOG };

	## A line of k8s_sync.log.
	type SyncInfo: record {
		## When the state changed.
		ts: time &log;
		## The node that says so.
		node: string &log;
		## The cluster that is spoken of.
		source: string &log;
		## What happened: ``synced`` (the node holds what the daemon holds).
		state: string &log;
		## Claims that the node holds of that cluster.
		claims: count &log;
	};

	## Decides which lines are logged.
	global sync_log_policy: Log::PolicyHook;
}

event zeek_init() &priority=5
	{
	Log::create_stream(SYNC_LOG, Log::Stream($columns=SyncInfo, $path="k8s_sync",
	    $policy=sync_log_policy));
	}

event K8s::synced(source: string)
	{
	Log::write(SYNC_LOG, SyncInfo($ts=current_time(), $node=node_name(),
	    $source=source, $state="synced", $claims=K8s::__claims(source)));
	}

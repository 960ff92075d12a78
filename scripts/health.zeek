##! How the feed is doing: k8s_sync.log, one line per change of state, and telemetry.

@load base/frameworks/logging
@load base/frameworks/telemetry

@load ./cache

module K8s;

export {
	redef enum Log::ID += { SYNC_LOG };

	## A line of k8s_sync.log.
	type SyncInfo: record {
		## When the state changed.
		ts: time &log;
		## The node that says so.
		node: string &log;
		## The cluster that is spoken of; unset if it is none.
		source: string &log &optional;
		## What happened; see `K8s::source_changed`. ``cache`` if there is something
		## wrong with the node's cache.
		state: string &log;
		## Claims that the node holds of that cluster.
		claims: count &log &optional;
		## Rows that the snapshot brought, when one has ended.
		rows: count &log &optional;
		## How long the snapshot took.
		took: interval &log &optional;
		## What is wrong.
		problem: string &log &optional;
	};

	## Decides which lines are logged.
	global sync_log_policy: Log::PolicyHook;
}

global events = Telemetry::register_counter_family(Telemetry::MetricOpts(
    $prefix="k8s", $name="feed_events", $unit="",
    $help_text="Events of the feed", $label_names=vector("source", "part")));

global changes = Telemetry::register_counter_family(Telemetry::MetricOpts(
    $prefix="k8s", $name="feed_changes", $unit="",
    $help_text="Changes of the state of the feed, such as gaps",
    $label_names=vector("source", "state")));

global age = Telemetry::register_gauge_family(Telemetry::MetricOpts(
    $prefix="k8s", $name="feed_age", $unit="seconds",
    $help_text="Since the daemon said anything; -1 if forgotten",
    $label_names=vector("source")));

# Telemetry cannot take a label away again, and the last age that was asked for would
# look like that of a daemon that has just fallen silent.
const age_of_forgotten = -1.0;

hook Telemetry::sync()
	{
	for ( name, source in sources )
		Telemetry::gauge_family_set(age, vector(name), interval_to_double(
		    current_time() - source$heard));
	}

event zeek_init() &priority=5
	{
	Log::create_stream(SYNC_LOG, Log::Stream($columns=SyncInfo, $path="k8s_sync",
	    $policy=sync_log_policy));
	}

event K8s::feed_v1(source: string, epoch: count, seq: count, part: string,
    payload: string) &priority=-5
	{
	# Whoever reaches the socket can make up names; there must be no more labels.
	if ( source in sources )
		Telemetry::counter_family_inc(events, vector(source, part in feed_parts ? part :
		    "other"));
	}

event K8s::source_changed(name: string, source: Source, state: string)
	{
	Telemetry::counter_family_inc(changes, vector(name, state));

	if ( name !in sources )
		Telemetry::gauge_family_set(age, vector(name), age_of_forgotten);

	local now = current_time();
	local line = SyncInfo($ts=now, $node=node_name(), $source=name, $state=state,
	    $claims=K8s::__claims(name));

	if ( state == "synced" && source$rows > 0 )
		{
		line$rows = source$rows;
		line$took = now - source$begun;
		}

	Log::write(SYNC_LOG, line);
	}

event K8s::cache_problem(reason: string)
	{
	Log::write(SYNC_LOG, SyncInfo($ts=current_time(), $node=node_name(),
	    $state="cache", $problem=reason));
	}

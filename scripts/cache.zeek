##! The cache: what this node was told, in a file, so that after a restart it knows
##! it before the first packet and is told only what has changed. On wherever there
##! is a feed, and never while a trace is read.
##!
##! Nothing relies on it. The daemon hears from the node how far its claims go and
##! what their digest is, and sends what is missing, or everything.

@load base/frameworks/cluster

@load ./feed

module K8s;

export {
	## The folder of the file that each node keeps its claims in, for its next
	## start; empty: none. The default is in the node's working folder, and the
	## only part of it that ZeekControl leaves in place.
	const cache_dir = ".state" &redef;

	## For how long a node that has restarted goes by its file while no daemon
	## speaks, from when one last did. Then these claims end, the source is forgotten,
	## and its ``k8s_feed_age_seconds`` is -1.
	option cache_age = 1hr;

	## Raised when the file could not be read as a whole, or cannot be written;
	## once, as long as the reason is the same.
	##
	## reason: What is wrong.
	global cache_problem: event(reason: string);
}

# What one turn of the main loop writes, in less than a millisecond.
const cache_rows = 500;

# A disk that is full may have room again.
const cache_retry = 1min;

global cache_said = "";
global cache_failed = double_to_time(0.0);

global keep_cache: event();

function cache_file(): string
	{
	return fmt("%s/k8s_claims.%s", cache_dir, gsub(node_name(), /[^A-Za-z0-9_.-]/,
	    "_"));
	}

function report_cache(reason: string)
	{
	if ( reason != cache_said )
		event K8s::cache_problem(reason);

	cache_said = reason;
	cache_failed = current_time();
	}

function mark_sources()
	{
	for ( name, source in sources )
		K8s::__mark(name, source$epoch, source$seq, source$heard);
	}

event write_cache()
	{
	mark_sources();
	local problem = K8s::__write_some(cache_rows);

	if ( problem == "" )
		{
		if ( current_time() - cache_failed > 10 * cache_retry )
			cache_said = "";

		schedule 0.1sec { write_cache() };
		return;
		}

	report_cache(problem);
	schedule cache_retry { keep_cache() };
	}

event keep_cache()
	{
	K8s::__keep(cache_file());
	event write_cache();
	}

function forget(name: string, source: Source)
	{
	# No snapshot has confirmed anything.
	K8s::__sweep(name, 1, source$heard);
	K8s::__drop(name);
	change_state(name, source, "lost");
	delete sources[name];
	}

# Ends what nobody stands by any more, such as the claims of a cluster that has
# another name now.
event forget_stale()
	{
	local old: vector of string;

	for ( name, source in sources )
		if ( source$state == "stale" && current_time() - source$heard > cache_age )
			old += name;

	for ( _, name in old )
		forget(name, sources[name]);

	schedule 1min { forget_stale() };
	}

# A daemon whose clock was put back would never win over what its last run said.
event K8s::feed_v1(source: string, epoch: count, seq: count, part: string,
    payload: string) &priority=5
	{
	if ( source !in sources )
		return;

	local known = sources[source];

	if ( known$state != "stale" || epoch >= known$epoch )
		return;

	K8s::__distrust(source);
	known$epoch = known$seq = 0;
	}

event zeek_init() &priority=9
	{
	if ( cache_dir == ""
	    || reading_traces()
	    || ! ( listens || Cluster::is_enabled() ) )
		return;

	local restored = K8s::__restore(cache_file());

	if ( restored?$problem )
		report_cache(fmt("%s: %s", cache_file(), restored$problem));

	for ( _, mark in restored$marks )
		{
		local source = Source($epoch=mark$epoch, $seq=mark$seq, $heard=mark$heard);
		sources[mark$source] = source;
		change_state(mark$source, source, "stale");
		}

	event forget_stale();
	event keep_cache();
	}

event zeek_done() &priority=-10
	{
	mark_sources();
	local problem = K8s::__write_all();

	if ( problem != "" )
		report_cache(problem);
	}

##! k8s_amendments.log: lines that would be written otherwise now. The API server
##! tells some things late; a line that is written is not changed any more, so what
##! has become known about an end of its connection stands here, once for each uid
##! and side, if it was heard soon enough.

@load base/frameworks/cluster
@load base/frameworks/config
@load base/frameworks/logging

@load ./journal

module K8s;

export {
	redef enum Log::ID += { AMENDMENTS_LOG };

	## Whether lines are amended. While a trace is read with a `K8s::journal` they
	## are not: all that will be known is known from the beginning.
	option amendments = T;

	## How long after a line is written it can be amended.
	const amend_within = 10min &redef;

	## How many ends of connections are remembered for that; each takes some 120
	## bytes. The oldest ones make room, which `k8s_amendments_dropped` counts.
	const amendments_memory = 200000 &redef;

	## Decides which lines are logged.
	global amendments_log_policy: Log::PolicyHook;

	## Raised for each line of k8s_amendments.log, on the node that wrote the line
	## that is amended.
	##
	## amendment: What is known now.
	global amended_v1: event(amendment: K8s::Amendment);
}

# What one turn of the main loop may take, some milliseconds.
const amend_looks = 10000;
const amend_lines = 250;

# Tells what has turned out since; returns how much that was.
function amend(now: time, looks: count, most: count): count
	{
	local found = K8s::__amendments(now, looks, most);

	for ( _, amendment in found )
		{
		Log::write(AMENDMENTS_LOG, amendment);
		event K8s::amended_v1(amendment);
		}

	return |found|;
	}

event amend_lines_written()
	{
	local more = amend(network_time(), amend_looks, amend_lines) == amend_lines;
	schedule more ? 50msec : 1sec { amend_lines_written() };
	}

# Only a worker of a cluster has written the line of a connection first.
function may_amend(): bool
	{
	return ( ! reading_traces() || journal == "" )
	    && ( ! Cluster::is_enabled() || Cluster::local_node_type() == Cluster::WORKER );
	}

function set_amendments(id: string, on: bool): bool
	{
	K8s::__remember(on && may_amend() ? amendments_memory : 0, amend_within);
	return on;
	}

event zeek_init() &priority=5
	{
	Log::create_stream(AMENDMENTS_LOG, Log::Stream($columns=K8s::Amendment,
	    $path="k8s_amendments", $policy=amendments_log_policy));
	Option::set_change_handler("K8s::amendments", set_amendments);
	set_amendments("", amendments);

	if ( may_amend() )
		event amend_lines_written();
	}

# The time of all lines is over now.
event zeek_done()
	{
	local all = 0xffffffffffffffff;
	amend(network_time() + amend_within + 1sec, all, all);
	}

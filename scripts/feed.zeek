##! The feed: how a daemon tells this node who owns which address, and what the
##! node answers. Runs on every node of a cluster, and in a standalone Zeek.
##!
##! The daemon may repeat, reorder or lose what it likes: rows carry revisions,
##! the newest one of a claim holds, and equal digests are the proof that both
##! sides hold the same. A bad row is counted and said; the rest is taken in.

@load base/frameworks/cluster

@load ./types
@load ./wire

module K8s;

export {
	## How long an ended claim is kept, so that log lines written late still
	## find the owner of their time. Nothing is forgotten while reading a trace.
	option retention = 1hr;

	## Raised when the feed of a source is complete: the node holds what the
	## daemon holds. Also raised after each further snapshot.
	##
	## source: The cluster whose claims are complete.
	global synced: event(source: string);

	## Raised when the feed of a source changes its state.
	##
	## name: The source.
	##
	## source: What is known of it.
	##
	## state: ``connected`` (the daemon speaks for the first time, or again),
	##        ``gap`` (deltas were lost), ``snapshot`` (one begins), ``synced`` (the
	##        node holds what the daemon holds), ``lost`` (the daemon is silent),
	##        ``stale`` (the claims are those of before a restart).
	global source_changed: event(name: string, source: Source, state: string);

	## After how long a silence a daemon counts as lost. It speaks every 2 s.
	option lost_after = 20sec;

	## How many sources one node listens to; events of further ones are refused.
	option max_sources = 100;

	## How large the rows of one event may be, in bytes. The daemon keeps to an
	## eighth of that, but for a single row that is larger.
	option max_payload = 1048576;

	## What is known of each source.
	global sources: table[string] of Source;
}

# Whether this Zeek lets a daemon in; see `zeek-k8s/listen`.
global listens = F;

const feed_parts = set("hello", "delta", "snapshot", "end");

# The states of a source whose daemon does not speak.
const unheard = set("", "lost", "stale");

function node_name(): string
	{
	return Cluster::node != "" ? Cluster::node : "zeek";
	}

function change_state(name: string, source: Source, state: string)
	{
	if ( source$state == state )
		return;

	source$state = state;
	event K8s::source_changed(name, source, state);
	}

# A daemon may feed hostile or broken rows; say the first of each event only.
function load_rows(name: string, source: Source, epoch: count, payload: string)
    : string
	{
	if ( |payload| > max_payload )
		return fmt("%d bytes are more than K8s::max_payload", |payload|);

	# What another run of the daemon says confirms nothing to this one's snapshot.
	local confirmed = epoch == source$snapshot_epoch ? source$generation : 0;
	local loaded = K8s::__load(name, payload, confirmed);
	source$rows += loaded$rows;
	return loaded$bad > 0 ? fmt("%d bad rows, first: %s", loaded$bad,
	    loaded$problem) : "";
	}

function take_delta(name: string, source: Source, epoch: count, seq: count,
    payload: string): string
	{
	# Rows are taken in even after a gap: what they say is true all the same.
	local problem = load_rows(name, source, epoch, payload);

	if ( epoch != source$epoch )
		return "epoch";

	if ( seq > source$seq + 1 )
		{
		if ( source$state == "synced" )
			change_state(name, source, "gap");

		return "gap";
		}

	if ( seq == source$seq + 1 )
		source$seq = seq;

	return problem;
	}

function begin_snapshot(name: string, source: Source, epoch: count)
	{
	++source$generation;
	source$snapshot_epoch = epoch;
	source$parts = 0;
	source$rows = 0;
	source$begun = current_time();
	change_state(name, source, "snapshot");
	}

# A daemon that is gone may still be heard, by a connection that was held up: parts of
# two snapshots must not count as one.
function take_snapshot(name: string, source: Source, epoch: count, seq: count,
    payload: string): string
	{
	if ( seq == 1 )
		begin_snapshot(name, source, epoch);

	if ( epoch == source$snapshot_epoch && seq == source$parts + 1 )
		source$parts = seq;

	return load_rows(name, source, epoch, payload);
	}

function end_snapshot(name: string, source: Source, epoch: count, seq: count,
    payload: string): string
	{
	local words = split_string1(payload, / /);

	if ( payload != /[0-9]{1,9}( [0-9]{1,12}(\.[0-9]+)?)?/ )
		return "bad end of snapshot";

	local parts = to_count(words[0]);

	# A snapshot of nothing has no first part that could have begun it.
	if ( parts == 0 )
		begin_snapshot(name, source, epoch);

	if ( epoch != source$snapshot_epoch || parts != source$parts )
		return "gap";

	if ( |words| == 2 )
		K8s::__sweep(name, source$generation, double_to_time(to_double(words[1])));

	source$epoch = epoch;
	source$seq = seq;
	change_state(name, source, "synced");
	event K8s::synced(name);
	return "";
	}

function answer(name: string, source: Source, problem: string, epoch: count,
    seq: count, part: string)
	{
	Cluster::publish(status_topic, status_v1, node_name(), name, source$epoch,
	    source$seq, K8s::__claims(name), K8s::__digest(name), problem, fmt(
	    "%d %s %d", epoch, part, seq));
	}

event K8s::feed_v1(source: string, epoch: count, seq: count, part: string,
    payload: string)
	{
	if ( source !in sources )
		{
		if ( |sources| >= max_sources )
			{
			answer(source, Source(), "too many sources", epoch, seq, part);
			return;
			}

		sources[source] = Source();
		}

	local known = sources[source];
	local problem = "";
	known$heard = current_time();

	if ( known$state in unheard )
		change_state(source, known, "connected");

	switch part
		{
		case "hello":
			# One who holds all there is needs no snapshot to say so.
			if ( known$state == "connected" && known$epoch == epoch )
				change_state(source, known, "synced");
			break;
		case "delta":
			problem = take_delta(source, known, epoch, seq, payload);
			break;
		case "snapshot":
			problem = take_snapshot(source, known, epoch, seq, payload);
			break;
		case "end":
			problem = end_snapshot(source, known, epoch, seq, payload);
			break;
		default:
			problem = fmt("unknown part '%s'", part);
			break;
		}

	answer(source, known, problem, epoch, seq, part);
	}

# Whoever feeds us may have been told of us by nobody: a node that joins late, or
# begins anew, while the daemon's connection stays as it is. At first often: who
# carries it to the daemon takes a moment to know us, and then nothing is to wait for.
event announce(pause: interval)
	{
	for ( name, source in sources )
		if ( source$state != "stale" )
			return;

	Cluster::publish(status_topic, status_v1, node_name(), "", 0, 0, 0, "0", "",
	    "");
	schedule pause { announce(pause < 500msec ? pause * 2 : 1sec) };
	}

# Says which sources are silent.
event listen_for_silence()
	{
	for ( name, source in sources )
		if ( source$state !in unheard && current_time() - source$heard > lost_after )
			change_state(name, source, "lost");

	schedule 5sec { listen_for_silence() };
	}

# Little and often, so that the main loop never stalls: a few milliseconds at most.
event evict()
	{
	K8s::__evict(current_time() - retention, 10000);
	schedule 10sec { evict() };
	}

event zeek_init() &priority=10
	{
	Cluster::subscribe(all_topic);
	Cluster::subscribe(node_topic_prefix + node_name() + "/");

	event announce(20msec);

	schedule 5sec { listen_for_silence() };

	# While a trace is read its own time goes on, and a journal is complete.
	if ( ! reading_traces() )
		schedule 10sec { evict() };
	}

##! Counts how many different things somebody did within a time. In a cluster the
##! packets of one pod may be spread over the workers, so a proxy counts: the same
##! one for the same key.

@load base/frameworks/cluster

@load ./base

module K8s;

export {
	## One thing that counts towards a finding.
	type Sighting: record {
		## The notice that is told when there are enough.
		note: Notice::Type;
		## Who did it, or what else it is counted by.
		key: string;
		## The thing; the same one counts once.
		item: string;
		## How many different things are enough.
		limit: count;
		## Within how long.
		window: interval;
		## Who did it.
		src: addr;
		## To whom, the last time.
		dst: addr;
	};

	## How many keys are counted at once. What comes beyond is not counted, and
	## shows in the metric ``k8s_detect_dropped_total``. A key takes a few hundred
	## bytes, and as many items as the limit of its detection says.
	option max_tallies = 20000;

	## Counts a thing. The parameters are those of a `K8s::Sighting`, which costs more.
	##
	## Returns: Whether there have been enough already, within the time, as far as is
	##          known here.
	global sighted: function(note: Notice::Type, key: string, item: string,
	    limit: count, window: interval, src: addr, dst: addr): bool;

	## The same, sent to the node that counts.
	global sighted_v1: event(note: Notice::Type, key: string, item: string,
	    limit: count, window: interval, src: addr, dst: addr);

	## Hears of it once there are enough things within the time.
	##
	## items: All of them, sorted.
	global enough: hook(sighting: Sighting, items: vector of string);
}

type Tally: record {
	until: time;
	items: set[string];
	told: bool &default=F;
};

function tally_rest(tallies: table[Notice::Type, string] of Tally,
    note: Notice::Type, key: string): interval
	{
	local left = tallies[note, key]$until - network_time();
	return left > 0sec ? left : 0sec;
	}

global tallies: table[Notice::Type, string] of Tally &create_expire=1min
    &expire_func=tally_rest;

# Asked for each thing, so it is found out once.
global is_worker = F;

event zeek_init() &priority=10
	{
	is_worker = Cluster::is_enabled() && Cluster::local_node_type() ==
	    Cluster::WORKER;
	}

# What a worker has sent a moment ago, it does not send again.
global sightings_sent: set[Notice::Type, string, string] &create_expire=1min;

# Sends a thing to the node that counts it; tells whether there is one.
function passed_on(note: Notice::Type, key: string, item: string, limit: count,
    window: interval, src: addr, dst: addr): bool
	{
	if ( [note, key, item] in sightings_sent )
		return T;

	if ( |sightings_sent| < max_tallies )
		add sightings_sent[note, key, item];

	return Cluster::publish_hrw(Cluster::proxy_pool, key, K8s::sighted_v1, note,
	    key, item, limit, window, src, dst);
	}

# A scan means two things for each of its packets, so this is all in one function.
function sighted(note: Notice::Type, key: string, item: string, limit: count,
    window: interval, src: addr, dst: addr): bool
	{
	if ( is_worker && passed_on(note, key, item, limit, window, src, dst) )
		return F;

	local now = network_time();

	if ( [note, key] !in tallies )
		{
		if ( |tallies| >= max_tallies )
			{
			count_dropped(cat(note));
			return F;
			}

		tallies[note, key] = Tally($until=now + window, $items=set());
		}

	local known = tallies[note, key];

	if ( now > known$until )
		{
		known = Tally($until=now + window, $items=set());
		tallies[note, key] = known;
		}

	if ( known$told )
		return T;

	add known$items[item];

	if ( |known$items| < limit )
		return F;

	known$told = T;
	local items = sorted(known$items);
	known$items = set();
	hook K8s::enough(Sighting($note=note, $key=key, $item=item, $limit=limit,
	    $window=window, $src=src, $dst=dst), items);
	return F;
	}

event K8s::sighted_v1(note: Notice::Type, key: string, item: string,
    limit: count, window: interval, src: addr, dst: addr)
	{
	sighted(note, key, item, limit, window, src, dst);
	}

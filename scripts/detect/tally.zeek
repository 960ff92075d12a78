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

	## Counts a thing.
	global sighted: function(sighting: Sighting);

	## Raised on the node that counts.
	global sighted_v1: event(sighting: Sighting);

	## Raised once there are enough things within the time.
	##
	## items: All of them, sorted.
	global enough: event(sighting: Sighting, items: vector of string);
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

# What a worker has sent a moment ago, it does not send again.
global sightings_sent: set[Notice::Type, string, string] &create_expire=1min;

function sighted(sighting: Sighting)
	{
	if ( ! Cluster::is_enabled()
	    || Cluster::local_node_type() != Cluster::WORKER )
		{
		event K8s::sighted_v1(sighting);
		return;
		}

	if ( [sighting$note, sighting$key, sighting$item] in sightings_sent )
		return;

	if ( |sightings_sent| < max_tallies )
		add sightings_sent[sighting$note, sighting$key, sighting$item];

	if ( ! Cluster::publish_hrw(Cluster::proxy_pool, sighting$key, K8s::sighted_v1,
	    sighting) )
		event K8s::sighted_v1(sighting);
	}

event K8s::sighted_v1(sighting: Sighting)
	{
	local note = sighting$note;
	local key = sighting$key;
	local now = network_time();

	if ( [note, key] !in tallies )
		{
		if ( |tallies| >= max_tallies )
			{
			count_dropped(cat(note));
			return;
			}

		tallies[note, key] = Tally($until=now + sighting$window, $items=set());
		}

	local tally = tallies[note, key];

	if ( now > tally$until )
		{
		tally = Tally($until=now + sighting$window, $items=set());
		tallies[note, key] = tally;
		}

	if ( tally$told )
		return;

	add tally$items[sighting$item];

	if ( |tally$items| < sighting$limit )
		return;

	tally$told = T;
	local items: vector of string;

	for ( item in tally$items )
		items += item;

	sort(items, strcmp);
	event K8s::enough(sighting, items);
	tally$items = set();
	}

##! Asks who owns addresses, as a script would, and writes down who is named. Also
##! writes down what became of the node's cache.

module Probe;

export {
	## How many addresses there are, from 10.77.0.1 on.
	const addresses = 200 &redef;
}

global out = open("probe.log");
global caches = open_for_append("caches.log");

event ask()
	{
	local i = 0;

	while ( ++i <= 20 )
		{
		local a = count_to_v4_addr(172818433 + rand(addresses));
		local now = current_time();
		local o = K8s::owner(a, now);

		if ( o?$pod )
			print out, fmt("%.6f %s %s %s", time_to_double(now), a, o$pod, o$match);
		}

	flush_all();
	schedule 0.1sec { ask() };
	}

event K8s::source_changed(name: string, source: K8s::Source, state: string)
	{
	if ( state == "stale" )
		print caches, "restored";
	}

event K8s::cache_problem(reason: string)
	{
	print caches, fmt("problem: %s", reason);
	}

event zeek_init() &priority=-10
	{
	# Whoever started this Zeek waits for it.
	close(open("up"));
	event ask();
	}

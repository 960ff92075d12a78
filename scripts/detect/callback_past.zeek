##! Who has served requests, and which hosts it has contacted, in the last half day to a
##! day.

@load ./base

module Exploit_Callback;

export {
	## How many pairs of a server and a host are remembered, as many named and as many
	## contacted ones, and how many servers; one takes a few hundred bytes. What comes
	## beyond is forgotten, and shows in the metric ``k8s_detect_dropped_total``.
	option max_clues = 20000;

	## Those who have got a request lately, and those a while ago.
	global servers: set[addr];
	global servers_before: set[addr];

	## Remembers that somebody has got a request.
	global add_server: function(server: addr);

	## Whether a server has contacted a host before; remembers that it has now.
	global is_learned: function(server: addr, host: string): bool;
}

# These are many, so they do not expire one by one, for which Zeek would go through all
# of them every few seconds: there are two generations, and the older one is forgotten.
const generation = 12hr;

global contacted: set[addr, string];

global contacted_before: set[addr, string];

global began = double_to_time(0.0);

function turn_if_due()
	{
	if ( network_time() - began < generation )
		return;

	began = network_time();
	servers_before = servers;
	servers = set();
	contacted_before = contacted;
	contacted = set();
	}

function add_server(server: addr)
	{
	turn_if_due();

	if ( |servers| < max_clues / 2 )
		add servers[server];
	else
		K8s::count_dropped("Exploit_Callback::servers");
	}

function is_learned(server: addr, host: string): bool
	{
	turn_if_due();

	if ( [server, host] in contacted )
		return T;

	if ( |contacted| < max_clues / 2 )
		add contacted[server, host];
	else
		K8s::count_dropped("Exploit_Callback::contacted");

	return [server, host] in contacted_before;
	}

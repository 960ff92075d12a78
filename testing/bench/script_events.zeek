##! A table that is filled by one event for each pod, as a script and a WebSocket client
##! without batches do it. Says what that took when all have come.

@load base/frameworks/cluster

module Pods;

export {
	## Where it listens.
	const listen_port = 0/tcp &redef;
	## How many pods there are.
	const expected = 0 &redef;

	type Owner: record {
		namespace: string;
		pod: string;
		workload: string;
		node: string;
		uid: string;
		service_account: string;
	};

	global one: event(address: addr, owner: Owner);
}

global owners: table[addr] of Owner;
global began: interval;

# Of all threads; what others on this machine do does not count.
function cpu(): interval
	{
	local all = get_proc_stats();
	return all$user_time + all$system_time;
	}

event zeek_init()
	{
	Cluster::subscribe("/pods");
	# It drops a client whose pong is behind all that it sent.
	Cluster::listen_websocket([$listen_addr=127.0.0.1, $listen_port=listen_port,
	    $ping_interval=60sec]);
	began = cpu();
	}

event one(address: addr, owner: Owner)
	{
	owners[address] = owner;

	if ( |owners| == expected )
		{
		print interval_to_double(cpu() - began);
		flush_all();
		}
	}

##! A table that is filled by one event for each pod, as a script and a WebSocket client
##! without batches do it. Ends when all have come.

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

event gone()
	{
	if ( |owners| < expected )
		Reporter::fatal(fmt("only %d of %d pods came", |owners|, expected));
	}

event zeek_init()
	{
	schedule 60sec { gone() }; # events may be lost, and nobody says so
	Cluster::subscribe("/pods");
	Cluster::listen_websocket([$listen_addr=127.0.0.1, $listen_port=listen_port,
	    $max_event_queue_size=4096]);
	}

event one(address: addr, owner: Owner)
	{
	owners[address] = owner;
	if ( |owners| == expected )
		terminate();
	}

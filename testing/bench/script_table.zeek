##! The columns of conn.log as packages of scripts alone make them: a table of
##! addresses, and fields that are set when a connection ends. It knows no times, ports,
##! ranges and doubt, and no other log.

@load base/frameworks/input
@load base/protocols/conn

module Pods;

export {
	## Where the table is read from.
	const table_file = "" &redef;

	type Owner: record {
		kind: string &log;
		match: string &log;
		namespace: string &log;
		pod: string &log;
		workload: string &log;
		node: string &log;
		service: string &log &optional;
	};
}

type Index: record {
	address: addr;
};

redef record Conn::Info += {
	orig_k8s: Owner &log &optional;
	resp_k8s: Owner &log &optional;
};

global owners: table[addr] of Owner;

event zeek_init()
	{
	suspend_processing();
	Input::add_table([$source=table_file, $name="pods", $idx=Index, $val=Owner,
	    $destination=owners]);
	}

event Input::end_of_data(name: string, source: string)
	{
	Input::remove("pods");
	continue_processing();
	}

event connection_state_remove(c: connection)
	{
	if ( c$id$orig_h in owners )
		c$conn$orig_k8s = owners[c$id$orig_h];
	if ( c$id$resp_h in owners )
		c$conn$resp_k8s = owners[c$id$resp_h];
	}

##! Writes lines about connections of pods, as many as a small sensor sees: they are
##! filled with owners, and remembered for amendments.

module Lines;

export {
	redef enum Log::ID += { LOG };

	## A line, as far as the package looks at it.
	type Info: record {
		## Its time.
		ts: time &log;
		## Its connection.
		uid: string &log;
		## The ends of that.
		id: conn_id &log;
	};
}

event write_lines()
	{
	local i = 0;

	while ( ++i <= 20 )
		{
		local id = conn_id($orig_h=count_to_v4_addr(167772160 + rand(6000)),
		    $orig_p=40000/tcp, $resp_h=count_to_v4_addr(167772160 +
		    rand(6000)), $resp_p=443/tcp);
		Log::write(LOG, Info($ts=current_time(), $uid=unique_id("C"), $id=id));
		}

	schedule 20sec { write_lines() };
	}

event zeek_init()
	{
	Log::create_stream(LOG, Log::Stream($columns=Info, $path="lines"));

	if ( Cluster::local_node_type() == Cluster::WORKER )
		event write_lines();
	}

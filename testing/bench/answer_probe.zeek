##! Asks about the address of each row as soon as the row is taken in, and writes down
##! when, and what the answer is.

module Probe;

global answers = open("answers.log");

event K8s::feed_v1(source: string, epoch: count, seq: count, part: string,
    payload: string) &priority=-500
	{
	if ( part != "delta" )
		return;

	local names: table[string] of count;

	for ( i, line in split_string(payload, /\n/) )
		{
		local cells = split_string(line, /\t/);

		if ( i == 0 )
			for ( n, name in cells )
				names[name] = n - 1; # the first one is "#fields"
		else if ( line != "" && cells[names["addr"]] != "-" )
			{
			local now = current_time();
			local a = to_addr(cells[names["addr"]]);
			local o = K8s::owner(a, now);
			print answers, fmt("%.6f %s %s %s", time_to_double(now), a, o?$match ?
			    o$match : "-", o?$pod ? o$pod : "-");
			}
		}
	}

event zeek_done()
	{
	flush_all();
	}

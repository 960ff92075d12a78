# @TEST-DOC: Lines have their owners however often filters are put in the place of others while Zeek runs.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek %INPUT K8s::journal=$FILES/demo-journal.log 2>stderr
# @TEST-EXEC: test ! -s stderr
# @TEST-EXEC: for log in front back; do zeek-cut id.orig_k8s.pod id.resp_k8s.pod <$log.log; done | sort | uniq -c >lines
# @TEST-EXEC: btest-diff lines

@load zeek-k8s

module Test;

export {
	redef enum Log::ID += {
		FRONT,
		BACK
	};
}

# Of as many fields, in another order: what is freed of one filter has room for the other.
type Front: record {
	id: conn_id &log;
	ts: time &log;
	a: count &log;
	b: count &log;
	c: count &log;
};

type Back: record {
	a: count &log;
	b: count &log;
	c: count &log;
	ts: time &log;
	id: conn_id &log;
};

function write_lines()
	{
	local id = conn_id($orig_h=10.244.1.7, $orig_p=40000/tcp, $resp_h=10.244.1.5,
	    $resp_p=5432/tcp);
	local ts = double_to_time(1793610600.0);
	Log::write(FRONT, Front($ts=ts, $id=id, $a=1, $b=2, $c=3));
	Log::write(BACK, Back($ts=ts, $id=id, $a=1, $b=2, $c=3));
	}

function replace_filter(id: Log::ID)
	{
	local filter = Log::get_filter(id, "default");
	filter$interv = 1hr;
	Log::add_filter(id, filter);
	}

event zeek_init()
	{
	Log::create_stream(FRONT, Log::Stream($columns=Front, $path="front"));
	Log::create_stream(BACK, Log::Stream($columns=Back, $path="back"));
	local left = 2000;

	while ( left > 0 )
		{
		--left;
		write_lines();
		replace_filter(FRONT);
		replace_filter(BACK);
		}
	}

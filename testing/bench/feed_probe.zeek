##! Writes down what each event of the feed costs this node: when it was done with,
##! its part, bytes, how long its handlers took, and how much processor that was.

module Probe;

global out = open("feed.log");
global began: time;
global cpu_began: interval;

# Of all threads; what others on this machine do does not count.
function cpu(): interval
	{
	local all = get_proc_stats();
	return all$user_time + all$system_time;
	}

event K8s::feed_v1(source: string, epoch: count, seq: count, part: string,
    payload: string) &priority=1000
	{
	began = current_time();
	cpu_began = cpu();
	}

event K8s::feed_v1(source: string, epoch: count, seq: count, part: string,
    payload: string) &priority=-1000
	{
	local ended = current_time();
	local now = cpu();
	print out, fmt("%.6f %s %d %.6f %.6f %d", ended, part, |payload|,
	    interval_to_double(ended - began), interval_to_double(now -
	    cpu_began), K8s::__claims(source));

	if ( part == "end" || part == "hello" )
		flush_all();
	}

event zeek_init() &priority=-10
	{
	print out, fmt("%.6f up 0 0 0 0", current_time());
	flush_all();
	}

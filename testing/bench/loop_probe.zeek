##! Writes down how long this node's main loop was away, whatever it did meanwhile: a
##! timer wants to be called each millisecond, and says by how much it was late, and
##! how much processor the process took since the last time.

module Loop;

global out = open("loop.log");
global called: time;
global cpu_then: interval;
global flushed: time;

const pause = 1msec;

# Of all threads; what others on this machine do does not count.
function cpu(): interval
	{
	local all = get_proc_stats();
	return all$user_time + all$system_time;
	}

event turn()
	{
	local now = current_time();
	local cpu_now = cpu();
	local late = now - called - pause;

	if ( late > 100usec )
		print out, fmt("%.6f %.6f %.6f", now, interval_to_double(late),
		    interval_to_double(cpu_now - cpu_then));

	if ( now - flushed > 100msec )
		{
		flush_all();
		flushed = now;
		}

	called = current_time();
	cpu_then = cpu();
	schedule pause { turn() };
	}

event zeek_init() &priority=-20
	{
	called = current_time();
	cpu_then = cpu();
	flushed = called;
	event turn();
	}

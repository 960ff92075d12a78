# @TEST-DOC: Whatever a client sends over the WebSocket, Zeek goes on, keeps none of it, and the feed is not cut.
#
# @TEST-REQUIRES: $SCRIPTS/have-tools
# @TEST-PORT: PORT
# @TEST-EXEC: PYTHONPATH=$TESTING:$SCRIPTS python3 $SCRIPTS/live_hostile.py $PORT >said
# @TEST-EXEC: btest-diff said
#
# @TEST-START-FILE stalls.zeek
# Says when the main loop did not come around in time, and how long that took.
global looked = current_time();
global file_of_stalls = open("stalls");

event look()
	{
	local late = current_time() - looked;
	print file_of_stalls, interval_to_double(late);
	flush_all();
	looked = current_time();
	schedule 50msec { look() };
	}

event zeek_init()
	{
	looked = current_time();
	event look();
	}
# @TEST-END-FILE

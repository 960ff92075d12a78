# @TEST-DOC: Of every log stream that Zeek's own scripts create, those with an id have our columns.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek %INPUT >streams
# @TEST-EXEC: btest-diff streams

@load zeek-k8s
# What is not loaded by default but creates a stream about connections.
@load protocols/modbus/track-memmap
@load frameworks/analyzer/debug-logging

# Runs after all streams are there.
event zeek_init() &priority=-100
	{
	local found: vector of string;

	for ( id, stream in Log::active_streams )
		{
		local fields = record_fields(stream$columns);

		if ( "id" !in fields || fields["id"]$type_name != "record conn_id" )
			next;

		# Conn and tunnel ids, whatever their record: all are the one type.
		found += fmt("%s", id);
		}

	sort(found, strcmp);

	for ( i, name in found )
		print name;

	local id_fields = record_fields("conn_id");
	print "conn_id", id_fields["orig_k8s"]$log, id_fields["resp_k8s"]$log;
	terminate();
	}

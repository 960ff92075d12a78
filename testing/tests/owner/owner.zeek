# @TEST-DOC: Scripts ask who owned an address, or a port of it, at a time; equal answers are one record.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek %INPUT K8s::journal=$FILES/demo-journal.log >output
# @TEST-EXEC: btest-diff output

@load zeek-k8s

function show(what: string, o: K8s::Owner)
	{
	local parts: vector of string;
	for ( name, field in record_fields(o) )
		if ( field?$value )
			parts += fmt("%s=%s", name, field$value);
	print what, join_string_vec(sort(parts, strcmp), " ");
	}

event zeek_init()
	{
	local during = double_to_time(1793610310.0);
	show("a pod", K8s::owner(10.244.0.6, during));
	show("a service", K8s::owner(10.96.12.34, during));
	show("a node", K8s::owner(192.168.50.11, during));
	show("a port of a node", K8s::owner_of_port(192.168.50.11, 9100/tcp, during));
	show("another protocol", K8s::owner_of_port(192.168.50.11, 9100/udp, during));
	show("before it began", K8s::owner(10.244.0.6, double_to_time(1793610000.0)));
	show("long before", K8s::owner(10.244.0.6, double_to_time(1793600000.0)));
	show("the address of a job", K8s::owner(10.244.1.7, double_to_time(
	    1793609800.0)));
	show("after the job", K8s::owner(10.244.1.7, double_to_time(1793609925.0)));
	show("then a pod's", K8s::owner(10.244.1.7, during));
	show("nobody", K8s::owner(10.244.1.200, during));
	show("outside", K8s::owner(203.0.113.7, during));
	show("ipv6", K8s::owner([2001:db8::1], during));
	}

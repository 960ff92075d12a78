##! Which connections go to an API server.

@load ./hello

module K8s;

export {
	## The ports that API servers listen on.
	const api_ports: set[port] = {
		443/tcp,
		6443/tcp,
		8443/tcp
	} &redef;

	## Addresses of API servers that the cluster does not tell: those of a provider,
	## behind which there is no node.
	option api_addresses: set[addr] = {};

	## Whether an address and port are an API server's: the service ``kubernetes``, or
	## a node or pod of the control plane.
	global is_api_server: function(o: Owner, a: addr, p: port): bool;
}

redef K8s::hello_ports += api_ports;

function is_api_server(o: Owner, a: addr, p: port): bool
	{
	if ( p !in api_ports )
		return F;

	if ( a in api_addresses )
		return T;

	return plays(o, "control_plane");
	}

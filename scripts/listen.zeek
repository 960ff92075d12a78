##! Opens the WebSocket that the daemon connects to: on the manager of a cluster,
##! or in a standalone Zeek. Opt-in: `@load zeek-k8s/listen`.
##!
##! Zeek's WebSocket has no login. Whoever reaches it can publish any event, so it
##! binds to loopback, and anything else needs TLS with client certificates. Zeek reads
##! their files anew for each connection.

@load base/frameworks/cluster
@load base/frameworks/reporter
@load base/misc/version

# Without the plugin the package itself says what to do.
@ifdef ( K8s::owner )
@load ./feed
@endif

# From 8.1 on a plain `zeek` has no cluster backend; without one nothing answers.
@if ( Version::at_least("8.1") && ! Cluster::is_enabled() )
@load frameworks/cluster/backend/zeromq
redef Cluster::Backend::ZeroMQ::run_proxy_thread = T;
@endif

module K8s;

export {
	## The address to listen on.
	const listen_addr = 127.0.0.1 &redef;

	## The port to listen on.
	const listen_port = 27759/tcp &redef;

	## Certificates; needed for any address but loopback.
	const listen_tls = Cluster::WebSocketTLSOptions() &redef;

	## Listens on any address without certificates. Only for a network in which
	## nobody but the daemon can reach the port, and something else sees to that.
	const listen_lets_whoever_reaches_the_port_publish_any_event = F &redef;

	## How often Zeek pings the daemon. Zeek drops a client whose pong it could
	## not read in time, so this must be longer than any stall of the main loop.
	const listen_ping_interval = 60sec &redef;
}

function listen_is_safe(): bool
	{
	if ( listen_addr in 127.0.0.0/8 || listen_addr == [::1] )
		return T;

	return listen_tls?$cert_file
	    && listen_tls?$key_file
	    && listen_tls$enable_peer_verification
	    && listen_tls$ca_file != "";
	}

@ifdef ( listens )

event zeek_init() &priority=20
	{
	# Whoever lets no daemon in needs no cache.
	listens = T;

	# Before other nodes connect: of what the daemon subscribes to just while Broker
	# makes a peering, the new peer is not told, and its answers would reach nobody.
	if ( Cluster::is_enabled() && Cluster::local_node_type() == Cluster::MANAGER )
		Cluster::subscribe(status_topic);
	}

@endif

event zeek_init()
	{
	if ( Cluster::is_enabled() && Cluster::local_node_type() != Cluster::MANAGER )
		return;

	if ( ! listen_is_safe() )
		{
		local problem = fmt("K8s::listen_addr %s is not loopback", listen_addr);

		if ( ! listen_lets_whoever_reaches_the_port_publish_any_event )
			{
			Reporter::fatal(fmt("%s: set cert_file, key_file, ca_file and enable_peer_verification in K8s::listen_tls",
			    problem));
			return;
			}

		Reporter::warning(fmt("%s: whoever reaches port %s can publish any event",
		    problem, listen_port));
		}

	Cluster::listen_websocket(Cluster::WebSocketServerOptions(
	    $listen_addr=listen_addr, $listen_port=listen_port,
	    $ping_interval=listen_ping_interval, $tls_options=listen_tls));
	}

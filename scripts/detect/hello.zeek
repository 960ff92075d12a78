##! What a TLS client says of itself before anything is encrypted. A Go program that
##! opens a stream into a container offers no protocol (ALPN), and any other request
##! of the Kubernetes client library offers HTTP/2: the one thing that tells
##! `kubectl exec` from `kubectl get` on the wire.
##!
##! The client's own offer counts: what the server chose is encrypted in TLS 1.3.

@load base/protocols/ssl

@load ./base

module K8s;

export {
	## A client's hello.
	type Hello: record {
		## The protocols that it offers, such as ``h2``.
		alpn: vector of string &default=vector();
		## The name that it asks for.
		name: string &default="";
		## How many cipher suites it offers.
		ciphers: count &default=0;
		## Whether it offers what Go's library does and nothing else.
		is_go: bool &default=F;
	};

	redef record connection += {
		## The hello, on the ports of `K8s::hello_ports`.
		k8s_hello: Hello &optional;
	};

	## The ports on which hellos are looked at: those that detections ask for, and what
	## a site adds to `Kubelet::ports` or `Admission_Webhook::ports`.
	option hello_ports: set[port] = {};

	## Hears of each hello on those ports.
	global client_said_hello: hook(c: connection);

	## Whether a hello is that of a Go program about to upgrade to a stream, as
	## ``kubectl exec``, ``attach``, ``cp`` and ``port-forward`` do.
	global is_stream: function(hello: Hello): bool;

	## Puts a hello into words.
	global describe_hello: function(hello: Hello): string;
}

# What crypto/tls of Go 1.17 to 1.26 may offer, with those that a program can ask for.
const go_ciphers: set[count] = {
	0x1301,
	0x1302,
	0x1303,
	0xc02b,
	0xc02f,
	0xc02c,
	0xc030,
	0xcca9,
	0xcca8,
	0xc009,
	0xc013,
	0xc00a,
	0xc014,
	0x009c,
	0x009d,
	0x002f,
	0x0035,
	0xc012,
	0x000a
};

event ssl_extension_application_layer_protocol_negotiation(c: connection,
    is_client: bool, protocols: string_vec)
	{
	# The extensions of a hello come before the hello itself.
	if ( is_client && c$id$resp_p in hello_ports )
		c$k8s_hello = Hello($alpn=protocols);
	}

event ssl_client_hello(c: connection, version: count, record_version: count,
    possible_ts: time, client_random: string, session_id: string,
    ciphers: index_vec, comp_methods: index_vec)
	{
	if ( c$id$resp_p !in hello_ports )
		return;

	if ( ! c?$k8s_hello )
		c$k8s_hello = Hello();

	local hello = c$k8s_hello;
	hello$ciphers = |ciphers|;

	if ( c?$ssl && c$ssl?$server_name )
		hello$name = c$ssl$server_name;

	hello$is_go = 0x1301 in go_ciphers;
	local has_tls13 = F;

	for ( i, cipher in ciphers )
		{
		if ( cipher !in go_ciphers )
			{
			hello$is_go = F;
			break;
			}

		if ( cipher == 0x1301 )
			has_tls13 = T;
		}

	hello$is_go = hello$is_go && has_tls13;
	hook K8s::client_said_hello(c);
	}

function is_stream(hello: Hello): bool
	{
	return hello$is_go && |hello$alpn| == 0;
	}

function describe_hello(hello: Hello): string
	{
	return fmt("TLS hello with %d cipher suites, %s, %s", hello$ciphers,
	    |hello$alpn| > 0 ? "ALPN " + join_string_vec(hello$alpn, ",") :
	    "no ALPN", hello$name != "" ? "name " + hello$name : "no name");
	}

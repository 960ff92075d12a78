##! The columns: who owned both ends of each connection at the time of the line.
##!
##! Scripts declare the columns and never fill them: `conn_id` is the key of many
##! a table, and a key must not change. The plugin fills the values when a line
##! is written, from the line's own addresses and time; so every log with an `id`
##! has them, analyzers of other packages included.

@load base/init-bare
@load base/frameworks/software
@load base/protocols/dhcp

module K8s;

redef record conn_id += {
	## Who owned the originator's address.
	orig_k8s: K8s::Owner &log &optional;
	## Who owned the responder's address.
	resp_k8s: K8s::Owner &log &optional;
};

redef record Software::Info += {
	## Who owned the host's address.
	k8s: K8s::Owner &log &optional;
};

redef record DHCP::Info += {
	## Who owned the client's address.
	client_k8s: K8s::Owner &log &optional;
	## Who owned the server's address.
	server_k8s: K8s::Owner &log &optional;
	## Who owned the address that the client got.
	assigned_k8s: K8s::Owner &log &optional;
};

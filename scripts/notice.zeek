##! Owners on every notice. Those raised about a connection have an `id` and get
##! its columns; this adds the same for notices about an address alone.

@load base/frameworks/notice

module K8s;

redef record Notice::Info += {
	## Who owned the source address.
	src_k8s: K8s::Owner &log &optional;
	## Who owned the destination address.
	dst_k8s: K8s::Owner &log &optional;
};

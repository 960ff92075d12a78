##! Adds the owner of *host* to known_hosts.log, known_services.log and
##! known_certs.log, and loads the scripts that write them.

@load protocols/conn/known-hosts
@load protocols/conn/known-services
@load protocols/ssl/known-certs

@load ../types

redef record Known::HostsInfo += {
	## Who owned the host's address.
	k8s: K8s::Owner &log &optional;
};

redef record Known::ServicesInfo += {
	## Who owned the host's address.
	k8s: K8s::Owner &log &optional;
};

redef record Known::CertsInfo += {
	## Who owned the host's address.
	k8s: K8s::Owner &log &optional;
};

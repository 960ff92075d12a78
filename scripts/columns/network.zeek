##! Adds the column `network` to the owners of both ends.

@load ../types

module K8s;

redef record Owner += {
	## The secondary network that the address is on; unset for the pod network.
	network: string &log &optional;
};

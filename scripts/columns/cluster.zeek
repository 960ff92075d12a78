##! Adds the column `cluster` to the owners of both ends.

@load ../types

module K8s;

redef record Owner += {
	## The name of the cluster.
	cluster: string &log &optional;
};

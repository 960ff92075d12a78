##! Adds the column `zone` to the owners of both ends.

@load ../types

module K8s;

redef record Owner += {
	## The zone of the node.
	zone: string &log &optional;
};

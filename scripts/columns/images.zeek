##! Adds the column `images` to the owners of both ends.

@load ../types

module K8s;

redef record Owner += {
	## The images of the pod's containers.
	images: set[string] &log &optional;
};

##! Adds the column `labels` to the owners of both ends.

@load ../types

module K8s;

export {
	## The keys of the labels that are logged; ``*`` stands for all of them.
	const log_labels: set[string] = {"*"} &redef;
}

redef record Owner += {
	## The labels that the owner had then, as ``key=value``, each cut
	## to 256 bytes.
	labels: set[string] &log &optional;
};

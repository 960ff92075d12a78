##! Adds the column `labels` to the owners of both ends.

@load ../types

module K8s;

export {
	## The keys of the labels that are logged; ``*`` stands for all of them.
	const log_labels: set[string] = {"*"} &redef;
}

redef record Owner += {
	## The labels of the owner as ``key=value``, as they were at that time.
	labels: set[string] &log &optional;
};

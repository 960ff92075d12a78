##! Adds the column `service_account` to the owners of both ends.

@load ../types

module K8s;

redef record Owner += {
	## The service account that the pod runs as.
	service_account: string &log &optional;
};

##! Adds the column `uid` to the owners of both ends.

@load ../types

module K8s;

redef record Owner += {
	## The uid of the owner.
	uid: string &log &optional;
};

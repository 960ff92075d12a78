##! Adds the column `cluster` to the owners of both ends.

@load ../types

module K8s;

## The name of the cluster.
redef record Owner$cluster += { &log } ;

##! Adds the column `service_account` to the owners of both ends.

@load ../types

module K8s;

## The service account that the pod runs as.
redef record Owner$service_account += { &log } ;

# @TEST-DOC: In a cluster what two workers see of one pod is counted together, and told of once; and what one learns, the other knows.
#
# @TEST-PORT: BROKER_MANAGER_PORT
# @TEST-PORT: BROKER_PROXY_PORT
# @TEST-PORT: BROKER_WORKER1_PORT
# @TEST-PORT: BROKER_WORKER2_PORT
# @TEST-EXEC: bash %INPUT
# @TEST-EXEC: btest-bg-run manager  "cp ../*.zeek ../*.log . && CLUSTER_NODE=manager zeek -b common.zeek"
# @TEST-EXEC: btest-bg-run proxy    "cp ../*.zeek ../*.log . && CLUSTER_NODE=proxy zeek -b common.zeek"
# @TEST-EXEC: btest-bg-run worker-1 "cp ../*.zeek ../*.log . && CLUSTER_NODE=worker-1 zeek -b common.zeek"
# @TEST-EXEC: btest-bg-run worker-2 "cp ../*.zeek ../*.log . && CLUSTER_NODE=worker-2 zeek -b common.zeek"
# @TEST-EXEC: btest-bg-wait 60
# @TEST-EXEC: zeek-cut note id.orig_k8s.workload msg sub <manager/notice.log >notices
# @TEST-EXEC: btest-diff notices
# @TEST-EXEC: btest-diff worker-2/.stdout

cat >cluster-layout.zeek <<END
redef Cluster::manager_is_logger = T;
redef Cluster::nodes = {
	["manager"] = [\$node_type=Cluster::MANAGER, \$ip=127.0.0.1, \$p=to_port("$BROKER_MANAGER_PORT")],
	["proxy"] = [\$node_type=Cluster::PROXY, \$ip=127.0.0.1, \$p=to_port("$BROKER_PROXY_PORT"), \$manager="manager"],
	["worker-1"] = [\$node_type=Cluster::WORKER, \$ip=127.0.0.1, \$p=to_port("$BROKER_WORKER1_PORT"), \$manager="manager"],
	["worker-2"] = [\$node_type=Cluster::WORKER, \$ip=127.0.0.1, \$p=to_port("$BROKER_WORKER2_PORT"), \$manager="manager"],
};
END

printf '#fields\tcluster\taddr\tfrom\trevision\tkind\tuid\tnamespace\tpod\tworkload\nc\t10.244.0.7\t1.0\t1\tpod\tu\tshop\tweb-1\tDeployment/web\n' >claims.log

cat >common.zeek <<'END'
@load base/frameworks/cluster
@load policy/frameworks/cluster/experimental
@load zeek-k8s/detect/pod_scan
@load zeek-k8s/detect/kube_api

redef K8s::journal = "claims.log";
redef exit_only_after_terminate = T;

redef Log::default_rotation_interval = 0secs;

module Test;

export {
	global finish: event();
	global finish_now: event();
}

event Test::finish()
	{
	# The manager writes what it was sent before.
	schedule 1sec { Test::finish_now() };
	}

event Test::finish_now()
	{
	terminate();
	}

# Eight ports are seen here and eight there, six of them by both: ten in all.
event Cluster::Experimental::cluster_started()
	{
	if ( Cluster::local_node_type() != Cluster::WORKER )
		return;

	local first = Cluster::node == "worker-1" ? 1 : 3;

	for ( i in vector(0, 1, 2, 3, 4, 5, 6, 7) )
		K8s::sighted(Pod_Scan::Port_Scan, "10.244.0.7|10.244.0.8", cat(first + i), 10,
		    5min, 10.244.0.7, 10.244.0.8);
	}

# Raised where the notice was made: on the proxy that counts.
event Notice::log_notice(rec: Notice::Info)
	{
	for ( topic in set(Cluster::manager_topic, Cluster::worker_topic) )
		Cluster::publish(topic, Test::finish);

	event Test::finish();
	}

module Kube_API;

event Cluster::Experimental::cluster_started() &priority=5
	{
	if ( Cluster::node != "worker-1" )
		return;

	began = network_time();
	is_known("c/pod/shop/Deployment/web");
	}

event Test::finish()
	{
	if ( Cluster::node == "worker-2" )
		print learned;
	}
END

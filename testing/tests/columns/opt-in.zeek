# @TEST-DOC: Each opt-in column is there once its script is loaded; labels obey their allow-list.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap %INPUT K8s::journal=$FILES/demo-journal.log
# @TEST-EXEC: zeek-cut -m id.orig_h id.orig_k8s.cluster id.orig_k8s.network id.orig_k8s.uid id.orig_k8s.service_account id.orig_k8s.zone id.orig_k8s.labels id.orig_k8s.images <conn.log | sort -u >conn.cut
# @TEST-EXEC: btest-diff conn.cut

@load zeek-k8s
@load zeek-k8s/columns/cluster
@load zeek-k8s/columns/network
@load zeek-k8s/columns/uid
@load zeek-k8s/columns/service_account
@load zeek-k8s/columns/zone
@load zeek-k8s/columns/labels
@load zeek-k8s/columns/images

redef K8s::log_labels = {
	"app",
	"job-name",
	"k8s-app"
};

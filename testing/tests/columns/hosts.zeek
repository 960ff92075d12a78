# @TEST-DOC: Logs about hosts, which have no id, name the owner of the host.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap %INPUT K8s::journal=$FILES/demo-journal.log
# @TEST-EXEC: zeek-cut -m host k8s.kind k8s.match k8s.pod k8s.workload <known_hosts.log | sort >hosts.cut
# @TEST-EXEC: zeek-cut -m host port_num k8s.kind k8s.match k8s.service <known_services.log | sort >services.cut
# @TEST-EXEC: btest-diff hosts.cut
# @TEST-EXEC: btest-diff services.cut

@load zeek-k8s
@load zeek-k8s/columns/known

redef Site::local_nets += {10.0.0.0/8};

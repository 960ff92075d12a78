# @TEST-DOC: The plugin without the package's scripts changes no log, and offers its functions.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -NN K8s::Timeline | sed 's/version [^)]*/version X/' >plugin
# @TEST-EXEC: btest-diff plugin
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap
# @TEST-EXEC-FAIL: grep -q k8s conn.log

# @TEST-DOC: A journal that cannot be read ends Zeek and says what to do.
#
# @TEST-GROUP: zkg
# @TEST-EXEC-FAIL: zeek -C -r $TRACES/demo.pcap zeek-k8s K8s::journal=nowhere.log 2>stderr
# @TEST-EXEC: btest-diff stderr
# @TEST-EXEC: test ! -e conn.log

# @TEST-DOC: A bad row of a journal is said with its line and reason, and the others arrive.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: awk -F'\t' -v OFS='\t' '{ print } /debug/ && !done { done = 1; $3 = "10.0.0.300"; print; print "junk" }' $FILES/demo-journal.log >journal.log
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap zeek-k8s K8s::journal=journal.log 2>stderr
# @TEST-EXEC: zeek-cut id.orig_k8s.pod <conn.log | grep -c debug >count
# @TEST-EXEC: sed 's/^.*, lines* [-0-9]*: //' stderr >said
# @TEST-EXEC: btest-diff said
# @TEST-EXEC: btest-diff count

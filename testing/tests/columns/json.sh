# @TEST-DOC: JSON logs have the same columns, and none for what is unset.
#
# @TEST-REQUIRES: which jq
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap zeek-k8s K8s::journal=$FILES/demo-journal.log LogAscii::use_json=T
# @TEST-EXEC: jq -cS 'with_entries(select(.key | test("^id\\.(orig|resp)_(h|k8s)")))' <conn.log | sort >conn.cut
# @TEST-EXEC: btest-diff conn.cut

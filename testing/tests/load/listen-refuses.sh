# @TEST-DOC: The WebSocket is not opened to other machines without TLS and client certificates.
#
# @TEST-GROUP: zkg
# @TEST-EXEC-FAIL: zeek zeek-k8s zeek-k8s/listen K8s::listen_addr=0.0.0.0 2>stderr
# @TEST-EXEC: sed 's/^.*, lines* [-0-9]*: //' stderr >said
# @TEST-EXEC: btest-diff said

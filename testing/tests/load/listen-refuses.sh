# @TEST-DOC: The WebSocket is not opened to other machines without TLS and client certificates, unless somebody insists.
#
# @TEST-GROUP: zkg
# @TEST-PORT: ZEEK_PORT
# @TEST-EXEC: bash %INPUT
# @TEST-EXEC: btest-diff said

tls='K8s::listen_tls=Cluster::WebSocketTLSOptions'
started() {
    timeout 60 zeek zeek-k8s zeek-k8s/listen K8s::listen_port=$ZEEK_PORT "$@" end.zeek 2>stderr
    echo "exit code $?: $(sed 's/^.*, lines* [-0-9]*: //; s/port [0-9]*/port PORT/' stderr | grep listen_addr)" >>said
}
echo 'event zeek_init() &priority=-10 { terminate(); }' >end.zeek
touch none.pem

started K8s::listen_addr=0.0.0.0
started K8s::listen_addr=[::]
started K8s::listen_addr=192.0.2.1 "$tls(\$cert_file=\"none.pem\", \$key_file=\"none.pem\")"
started K8s::listen_addr=0.0.0.0 "$tls(\$cert_file=\"none.pem\", \$key_file=\"none.pem\", \$enable_peer_verification=T)"
started K8s::listen_addr=127.0.0.1
started K8s::listen_addr=0.0.0.0 K8s::listen_lets_whoever_reaches_the_port_publish_any_event=T

# gRPC in cleartext: the path is compressed, but the key of the request is not.

signature k8s-etcd-grpc {
  ip-proto == tcp
  payload /^PRI \* HTTP\/2\.0.*\/registry\//
  tcp-state established,originator
  event Etcd::asked "registry"
}

"""The daemon against a real kube-apiserver and etcd, both started here."""

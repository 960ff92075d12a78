##! The detections, all of them. Each can be loaded alone, as `zeek-k8s/detect/etcd`.

@load ./cloud_metadata
@load ./kubelet
@load ./kube_api
@load ./kube_api_exec
@load ./container_runtime_api
@load ./cryptomining

##! The detections, all of them. Each can be loaded alone, as `zeek-k8s/detect/etcd`.

@load ./cloud_metadata
@load ./kubelet
@load ./kube_api
@load ./kube_api_exec
@load ./container_runtime_api
@load ./cryptomining
@load ./pod_scan
@load ./etcd
@load ./dns_recon
@load ./exploit_callback
@load ./admission_webhook
@load ./control_plane
@load ./reverse_shell

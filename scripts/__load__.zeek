##! Kubernetes names in Zeek's logs. Loading this adds the columns and listens to
##! no network: `zeek-k8s/listen` opens the WebSocket for the daemon,
##! `zeek-k8s/detect` switches the detections on.

@load ./types
@load ./feed
@load ./columns
@load ./notice
@load ./health

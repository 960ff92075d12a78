##! Kubernetes names in Zeek's logs. Loading this adds the columns and listens to
##! no network: `zeek-k8s/listen` opens the WebSocket for the daemon,
##! `zeek-k8s/detect` switches the detections on.

@load base/frameworks/reporter

@load ./types

@ifdef ( K8s::owner )
@load ./journal
@load ./feed
@load ./cache
@load ./clusters
@load ./columns
@load ./amendments
@load ./notice
@load ./health
@else

event zeek_init()
	{
	Reporter::fatal("zeek-k8s: the plugin K8s::Timeline is not there; build it: zkg install --force zeek-k8s");
	}

@endif

##! Reads no packet before the feed is complete. For traces that are read while a
##! daemon feeds: `zeek -r x.pcap zeek-k8s/listen zeek-k8s/wait`. A trace with a
##! journal (`K8s::journal`) waits for nothing. Zeek ends when the trace does, which
##! a Zeek that listens would not do by itself.

@load ./feed

module K8s;

event zeek_init()
	{
	suspend_processing();
	}

event K8s::synced(source: string)
	{
	continue_processing();
	}

event Pcap::file_done(path: string)
	{
	terminate();
	}

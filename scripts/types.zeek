##! Exported records and enums that need no behaviour. `K8s::Owner` is the
##! plugin's own, as its built-in functions return it.

# Loaded anyway, but not in bare mode.
@load-plugin K8s::Timeline

module K8s;

export {
	## What a node knows of the feed of one cluster.
	type Source: record {
		## The run of the daemon that the claims came from.
		epoch: count &default=0;
		## The last delta that was taken in without a gap before it.
		seq: count &default=0;
		## The snapshot that is under way, or the last one.
		generation: count &default=0;
		## The run of the daemon that it comes from.
		snapshot_epoch: count &default=0;
		## Parts of that snapshot that came in their order.
		parts: count &default=0;
		## When the feed last said anything.
		heard: time &default=double_to_time(0.0);
		## How the feed is doing; see `K8s::source_changed`.
		state: string &default="";
		## When the snapshot began, and how many rows it brought so far.
		begun: time &default=double_to_time(0.0);
		rows: count &default=0;
	};
}

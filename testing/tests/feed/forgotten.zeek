# @TEST-DOC: The age of a source that was forgotten stands still at -1, and counts again once its daemon speaks.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek %INPUT Test::first=T >/dev/null 2>>stderr
# @TEST-EXEC: zeek %INPUT K8s::cache_age=0sec >ages 2>>stderr
# @TEST-EXEC: btest-diff ages
# @TEST-EXEC: test ! -s stderr

@load zeek-k8s

module Test;

export {
	const first = F &redef;
}

function show(what: string)
	{
	for ( _, metric in Telemetry::collect_metrics("k8s", "feed_age*") )
		print fmt("%s: %s: %s", what, metric$label_values, metric$value == -1.0 ? "-1" :
		    metric$value < 0.0 || metric$value > 300.0 ? "wrong" :
		    "0 or more");
	}

event K8s::source_changed(name: string, source: K8s::Source, state: string)
    &priority=-10
	{
	show(state);
	}

event later()
	{
	show("later");
	event K8s::feed_v1("c1", 7, 1, "hello", "");
	}

event done()
	{
	terminate();
	}

event zeek_init() &priority=-10
	{
	if ( first )
		event K8s::feed_v1("c1", 7, 1, "hello", "");
	else
		schedule 0.3sec { later() };

	show("begin");
	schedule 0.6sec { done() };
	}

module K8s;

# As `zeek-k8s/listen` does, without a port.
event zeek_init() &priority=20
	{
	listens = T;
	}

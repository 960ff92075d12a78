##! How notices put into words who did something, and what was seen.

@load ..

module K8s;

export {
	## Says who an owner is, for people.
	global describe: function(o: Owner, a: addr): string;

	## The elements of a set in their order, so that evidence reads the same each time.
	global sorted: function(items: set[string]): vector of string;

	## The beginning of a text that may be long.
	global excerpt: function(text: string): string;
}

const longest_excerpt = 256;

# Shorter ones first, so that numbers come in their order.
function in_order(a: string, b: string): int
	{
	if ( |a| == |b| )
		return strcmp(a, b);

	return |a| < |b| ? -1 : 1;
	}

function sorted(items: set[string]): vector of string
	{
	local all: vector of string;

	for ( item in items )
		all += item;

	sort(all, in_order);
	return all;
	}

function describe(o: Owner, a: addr): string
	{
	if ( ! o?$match )
		return fmt("%s (of no known cluster)", a);

	if ( ! o?$kind )
		return fmt("%s (in a cluster, %s)", a, o$match == "ambiguous" ?
		    "more than one owner" : "owner unknown");

	local namespace = o?$namespace ? o$namespace : "?";

	if ( o$kind == "pod" )
		return fmt("%s in namespace %s (pod %s%s)", o?$workload ? o$workload :
		    "a pod", namespace, o?$pod ? o$pod : cat(a), o?$node ? fmt(
		    " on node %s", o$node) : "");

	if ( o$kind == "service" )
		return fmt("service %s in namespace %s (%s)", o?$service ? o$service : "?",
		    namespace, a);

	return fmt("node %s (%s)", o?$node ? o$node : "?", a);
	}

function excerpt(text: string): string
	{
	return |text| <= longest_excerpt ? text : text[0:longest_excerpt] + "...";
	}

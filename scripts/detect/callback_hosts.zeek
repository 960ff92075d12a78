##! The hosts that a piece of a request names.

module Exploit_Callback;

export {
	## What is in any text that names a host in a way that is looked for.
	const names_host = /\$\{|%24%7[bB]|:\/\/|%3[aA]%2[fF]%2[fF]|\/dev\/(tcp|udp)\/|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/;

	## The same for headers, in which addresses are nothing special.
	const suspect_header = /\$\{|:\/\/|\/dev\/(tcp|udp)\/|\(\) *\{/;

	## The hosts of JNDI lookups, however they are disguised.
	global jndi_hosts: function(text: string): set[string];

	## The hosts of URLs and of shell commands.
	##
	## bare: Whether an address alone is enough.
	global url_hosts: function(text: string, bare: bool): set[string];
}

# How many hosts one text may name, and how long a name in DNS may be.
const most_hosts = 16;

const longest_host = 253;

# How much of a text is looked at. Zeek would look at nothing of one that is longer than
# 10,000 bytes, and padding is cheap; few servers take as much as this.
const longest_text = 65536;

# ``${lower:j}`` and ``${::-j}`` are ways to write ``j``.
const disguise = /\$\{(lower|upper|date):|\$\{[^{}$]*:-|[}']/;

const lookup = /jndi:[a-zA-Z]+:\/*[^\/\x00-\x20"<>?&]+/i;

const url = /:\/\/[^\/\x00-\x20"'<>?&#\\)\]}]+/ | /\/dev\/(tcp|udp)\/[^\/ ]+/;

const bare_address = /[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/;

function plain(text: string): string
	{
	local part = |text| > longest_text ? text[0:longest_text] : text;
	return /%[0-9a-fA-F][0-9a-fA-F]/ in part ? unescape_URI(part) : part;
	}

# Takes user and port off, and adds what is left.
function add_host(hosts: set[string], authority: string)
	{
	for ( i, part in split_string(authority, /[@#:,]/) )
		{
		if ( |hosts| >= most_hosts )
			return;

		if ( part != /[0-9]*/ && |part| <= longest_host )
			add hosts[to_lower(part)];
		}
	}

function jndi_hosts(text: string): set[string]
	{
	local hosts: set[string] = set();
	local shown = plain(text);

	if ( "${" !in shown )
		return hosts;

	for ( found in find_all(gsub(shown, disguise, ""), lookup, longest_text) )
		add_host(hosts, sub(found, /^[jJ][nN][dD][iI]:[a-zA-Z]+:\/*/, ""));

	return hosts;
	}

function url_hosts(text: string, bare: bool): set[string]
	{
	local hosts: set[string] = set();
	local shown = plain(text);

	for ( found in find_all(shown, url, longest_text) )
		add_host(hosts, sub(found, /^(:\/\/|\/dev\/(tcp|udp)\/)/, ""));

	# Whatever runs commands from a request, runs them from anywhere in it.
	if ( bare || /\(\) *\{/ in shown )
		for ( found in find_all(shown, bare_address, longest_text) )
			add_host(hosts, found);

	return hosts;
	}

##! Claims from a file, for a run that no daemon feeds.

@load base/frameworks/reporter

@load ./types

module K8s;

export {
	## A file of claims to load at start: a journal, as ``k8s-sync export`` and
	## the daemon write it. With it a run over a trace needs no daemon.
	const journal = "" &redef;
}

event zeek_init() &priority=10
	{
	if ( journal == "" )
		return;

	local loaded = K8s::__load_journal(journal);

	if ( loaded$bad > 0 )
		Reporter::warning(fmt("%s: %d bad rows skipped, first: %s", journal,
		    loaded$bad, loaded$problem));
	}

##! Owners on every notice. One that is raised about a connection has the owners of
##! both ends from `K8s::columns`; in one about addresses alone, *src* and *dst* stand
##! in for the ends of a connection. What our own detections find also says how bad
##! it is, and what ATT&CK calls it.

@load base/frameworks/notice

@load ./columns

redef record Notice::Info += {
	## How bad it is, if a detection of ours says so: ``low``, ``medium``,
	## ``high`` or ``critical``.
	severity: string &log &optional;
	## The ids of the ATT&CK techniques that a detection of ours has seen.
	techniques: set[string] &log &optional;
};

##! The types that the plugin's built-in functions speak of. They are declared
##! before the functions are, whether or not the package's scripts are loaded.

module K8s;

export {
	## The object behind an address, as far as it is known. One without a
	## *match* means that the address is none of a known cluster's.
	type Owner: record {
		## What the owner is: ``pod``, ``node`` or ``service``.
		kind: string &log &optional;
		## How sure the answer is: ``exact``, ``ambiguous``, ``early``, ``ended``
		## or ``unknown``.
		match: string &log &optional;
		## The namespace of the pod or service.
		namespace: string &log &optional;
		## The pod's name.
		pod: string &log &optional;
		## What a person deployed, as ``Kind/name``, such as ``Deployment/web``.
		workload: string &log &optional;
		## The node that the pod runs on, or the node itself.
		node: string &log &optional;
		## The service: the owner itself, or the one that the pod is a backend of.
		service: string &log &optional;
		## The name of the cluster. Logged with `zeek-k8s/columns/cluster`.
		cluster: string &optional;
		## The service account that the pod runs as. Logged with
		## `zeek-k8s/columns/service_account`.
		service_account: string &optional;
		## What the owner is for, in one word each: what detections test. Not logged.
		roles: set[string] &optional;
	};

	## Whose claims count: those of one cluster, of one network, or both.
	type Domain: record {
		## The name of the cluster; unset: of any.
		cluster: string &optional;
		## The name of the secondary network, empty for the pods' own; unset: any.
		network: string &optional;
	};

	## A line that would be written otherwise, by what was heard since.
	type Amendment: record {
		## The line's own time.
		ts: time &log;
		## The line's connection.
		uid: string &log;
		## Which end of it: ``orig`` or ``resp``.
		side: string &log;
		## The address of that end.
		address: addr &log;
		## When the line was written.
		written: time &log;
		## How sure the line was, as its *match*; unset if it had no columns.
		was: string &log &optional;
		## Who it was, as is known now.
		k8s: Owner &log;
	};

	## Some amendments.
	type Amendments: vector of Amendment;

	## What became of a text of rows.
	type Loaded: record {
		## Rows that could be read.
		rows: count;
		## Rows that told something new.
		applied: count;
		## Rows that could not be read.
		bad: count;
		## Line and reason of the first bad row.
		problem: string &optional;
	};

	## How far the feed of a source had come.
	type Mark: record {
		## The cluster.
		source: string;
		## The run of the daemon; 0 if not all of its claims are there.
		epoch: count;
		## The last delta that was taken in without a gap before it.
		seq: count;
		## When the daemon was last heard.
		heard: time;
	};

	## Some marks.
	type Marks: vector of Mark;

	## What a cache gave back.
	type Restored: record {
		## Rows that were taken in.
		rows: count;
		## How far each feed had come.
		marks: Marks;
		## Why the rest of the file could not be used, if there was one.
		problem: string &optional;
	};

	## How long after its end a claim still answers, as ``ended``, if nobody
	## took the address over.
	const linger = 120sec &redef;

	## How long before its start a claim already answers, as ``early``: the
	## API server may tell a start later than the first packet.
	const lead = 30sec &redef;

	## Columns that hold an address, in logs without an ``id``, and the record
	## of columns that is filled with the owner of that address.
	const address_columns: table[string] of string = {
		["host"] = "k8s",
		["client_addr"] = "client_k8s",
		["server_addr"] = "server_k8s",
		["assigned_addr"] = "assigned_k8s",
		["src"] = "src_k8s",
		["dst"] = "dst_k8s",
		["src_addr"] = "src_k8s",
		["dst_addr"] = "dst_k8s"
	} &redef;
}

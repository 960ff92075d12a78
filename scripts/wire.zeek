##! What a daemon and the nodes of Zeek say to each other, and on which topics.

module K8s;

export {
	## The topic that daemons publish to, for every node.
	const all_topic = "/zeek/k8s/all/" &redef;

	## The topic of one node; its name and a slash follow.
	const node_topic_prefix = "/zeek/k8s/node/" &redef;

	## The topic that nodes answer on.
	const status_topic = "/zeek/k8s/status/" &redef;

	## Something from the daemon. Not to be raised by scripts.
	##
	## source: The cluster that is spoken of.
	##
	## epoch: The run of the daemon; the revisions of another run are void.
	##
	## seq: For a *delta*, its number; for a *snapshot*, the number of the part;
	##      for *end*, the number of the last delta; for *hello*, its own.
	##
	## part: ``hello`` asks for the status; ``delta`` and ``snapshot`` carry rows;
	##       ``end`` completes a snapshot.
	##
	## payload: Rows as text; for ``end``, the count of parts and, after a complete
	##          snapshot, the time at which claims end that it did not confirm.
	global feed_v1: event(source: string, epoch: count, seq: count, part: string,
	    payload: string);

	## The answer to each `K8s::feed_v1`. A node that begins says so with one
	## that has no *source*, until it hears something.
	##
	## node: The name of this node.
	##
	## source: The cluster that is spoken of.
	##
	## epoch: The run of the daemon whose claims this node holds.
	##
	## seq: The last delta that was taken in without a gap before it.
	##
	## claims: The count of claims that are held.
	##
	## digest: The digest over them, 16 hexadecimal digits.
	##
	## problem: What went wrong with this event, or empty.
	##
	## answer: What is answered: epoch, part and number of the event.
	global status_v1: event(node: string, source: string, epoch: count, seq: count,
	    claims: count, digest: string, problem: string, answer: string);
}

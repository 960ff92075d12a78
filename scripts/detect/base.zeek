##! What the detections share: a finding, how it is told, and who is asked first.
##!
##! A detection tests the roles of owners, never names. Its notice is keyed by the
##! workload, so that fifty replicas are told of once. Where an owner is not known,
##! the finding is told all the same, one step less severe, and says so.

@load base/frameworks/notice
@load base/frameworks/telemetry

@load ..
@load ./words

module K8s;

export {
	## Something that a detection has seen.
	type Finding: record {
		## The notice that tells of it.
		note: Notice::Type;
		## How bad it is: ``low``, ``medium``, ``high`` or ``critical``.
		severity: string;
		## Who did it.
		src: addr;
		## The owner of *src*.
		src_owner: Owner;
		## To whom, if that is an address.
		dst: addr &optional;
		## The owner of *dst*.
		dst_owner: Owner &optional;
		## What was done, as the rest of a sentence that begins with who did it.
		did: string;
		## What was seen, in the words of the protocol.
		evidence: string;
		## What else makes it the same finding as another of that workload.
		about: string &default="";
		## How long the same finding is not told again.
		suppress_for: interval;
		## The connection, or what is left of it.
		conn: connection &optional;
		uid: string &optional;
		id: conn_id &optional;
	};

	## The severity of each notice if all is known.
	const severities: table[Notice::Type] of string = {} &redef;

	## The ids of the ATT&CK techniques of each notice.
	const techniques: table[Notice::Type] of set[string] = {} &redef;

	## Hears of each finding of any detection before it is told, and may change it.
	## A ``break`` drops it. Each detection has such a hook of its own, too.
	global finding_policy: hook(finding: Finding);

	## Starts a finding about a connection.
	global finding_of: function(note: Notice::Type, c: connection): Finding;

	## Starts a finding about addresses, or about what is left of a connection.
	global finding_about: function(note: Notice::Type, src: addr, dst: addr)
	    : Finding;

	## Starts a finding about the ends of a connection.
	global finding_between: function(note: Notice::Type, id: conn_id, uid: string)
	    : Finding;

	## Tells of a finding, unless a hook objects.
	##
	## policy: The hook of the detection.
	##
	## Returns: Whether nobody objected.
	global tell: function(finding: Finding, policy: hook(finding: Finding)): bool;

	## Whether an owner has one of some roles.
	global has_role: function(o: Owner, roles: set[string]): bool;

	## Whether an owner has a role.
	global plays: function(o: Owner, role: string): bool;

	## Whether an owner is of a kind: ``pod``, ``node`` or ``service``.
	global is_a: function(o: Owner, kind: string): bool;

	## What tells a workload from others, whichever of its pods it is.
	global workload_of: function(o: Owner, a: addr): string;

	## Counts what a detection could not keep in mind, as its tables were full.
	global count_dropped: function(detection: string);
}

global dropped_family = Telemetry::register_counter_family(
    Telemetry::MetricOpts($prefix="k8s", $name="detect_dropped", $unit="", $help_text="What detections could not keep in mind, as their tables were full",
    $label_names=vector("detection")));

global found_family = Telemetry::register_counter_family(Telemetry::MetricOpts(
    $prefix="k8s", $name="detect_findings", $unit="",
    $help_text="Findings of detections, told again or not", $label_names=vector(
    "notice")));

const severity_steps = vector("low", "medium", "high", "critical");

function count_dropped(detection: string)
	{
	Telemetry::counter_family_inc(dropped_family, vector(detection));
	}

function is_a(o: Owner, kind: string): bool
	{
	return o?$kind && o$kind == kind;
	}

function plays(o: Owner, role: string): bool
	{
	return o?$roles && role in o$roles;
	}

function has_role(o: Owner, roles: set[string]): bool
	{
	if ( ! o?$roles )
		return F;

	for ( role in o$roles )
		if ( role in roles )
			return T;

	return F;
	}

function workload_of(o: Owner, a: addr): string
	{
	if ( ! o?$kind )
		return cat(a);

	local name = "";

	switch o$kind
		{
		case "pod":
			name = o?$workload ? o$workload : ( o?$pod ? o$pod : cat(a) );
			break;
		case "service":
			name = o?$service ? o$service : cat(a);
			break;
		default:
			name = o?$node ? o$node : cat(a);
			break;
		}

	return fmt("%s/%s/%s/%s", o?$cluster ? o$cluster : "", o$kind, o?$namespace ?
	    o$namespace : "", name);
	}

function finding_about(note: Notice::Type, src: addr, dst: addr): Finding
	{
	local now = network_time();
	return Finding($note=note, $severity=severities[note], $src=src, $dst=dst,
	    $src_owner=K8s::owner(src, now), $dst_owner=K8s::owner(dst, now),
	    $did="", $evidence="",
	    $suppress_for=Notice::default_suppression_interval);
	}

function finding_between(note: Notice::Type, id: conn_id, uid: string): Finding
	{
	local finding = finding_about(note, id$orig_h, id$resp_h);
	finding$dst_owner = K8s::owner_of_port(id$resp_h, id$resp_p, network_time());
	finding$id = id;
	finding$uid = uid;
	return finding;
	}

function finding_of(note: Notice::Type, c: connection): Finding
	{
	local finding = finding_between(note, c$id, c$uid);
	finding$conn = c;
	return finding;
	}

function lowered(severity: string): string
	{
	for ( i, step in severity_steps )
		if ( step == severity && i > 0 )
			return severity_steps[i - 1];

	return severity;
	}

# Says how sure the owner is, where it is not.
function add_doubt(finding: Finding)
	{
	local o = finding$src_owner;

	if ( o?$match && o$match == "exact" )
		return;

	if ( ! o?$kind || o$match == "ambiguous" )
		{
		finding$severity = lowered(finding$severity);
		finding$evidence += fmt(
		    "; the owner of %s is %s, so the severity is one step lower",
		    finding$src, o?$match ? o$match :
		    "in no cluster that is known here");
		}
	else
		finding$evidence += fmt("; the owner of %s is a guess: its claim is %s",
		    finding$src, o$match);
	}

function tell(finding: Finding, policy: hook(finding: Finding)): bool
	{
	finding$evidence = excerpt(finding$evidence);
	add_doubt(finding);

	if ( ! hook policy(finding) || ! hook finding_policy(finding) )
		return F;

	Telemetry::counter_family_inc(found_family, vector(cat(finding$note)));

	local info = Notice::Info($note=finding$note, $identifier=fmt("%s|%s",
	    workload_of(finding$src_owner, finding$src), finding$about),
	    $suppress_for=finding$suppress_for);

	if ( Notice::is_being_suppressed(info) )
		return T;

	info$msg = fmt("%s %s.", describe(finding$src_owner, finding$src),
	    finding$did);
	info$sub = finding$evidence;
	info$severity = finding$severity;
	info$techniques = techniques[finding$note];

	if ( finding?$conn )
		info$conn = finding$conn;
	else
		{
		info$src = finding$src;

		if ( finding?$dst )
			info$dst = finding$dst;

		if ( finding?$id )
			{
			info$id = finding$id;
			info$uid = finding$uid;
			}
		}

	NOTICE(info);
	return T;
	}

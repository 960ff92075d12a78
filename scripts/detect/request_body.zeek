##! The beginnings of HTTP request bodies, for those detections that read them.

@load base/protocols/http
@load base/frameworks/files

@load ./base

module K8s;

export {
	## How much of a body is read, in bytes: so much is kept for each request that is
	## under way.
	option body_limit = 8192;

	## Asks whether a request's body is to be read. A ``break`` says yes.
	global skip_body: hook(c: connection);

	## Hears what was read of a body, before the answer is logged.
	global request_body: hook(c: connection, body: string);

	redef record HTTP::Info += {
		## What was read of the body.
		k8s_body: string &optional;
	};

	redef record fa_file += {
		## Whose body it is.
		k8s_request: connection &optional;
	};
}

global body_chunk: event(f: fa_file, data: string);

function reading(): Files::AnalyzerArgs
	{
	return Files::AnalyzerArgs($stream_event=body_chunk);
	}

event file_over_new_connection(f: fa_file, c: connection, is_orig: bool)
	{
	if ( ! is_orig || ! c?$http || c$http?$k8s_body || hook skip_body(c) )
		return;

	c$http$k8s_body = "";
	f$k8s_request = c;
	Files::add_analyzer(f, Files::ANALYZER_DATA_EVENT, reading());
	}

function finish_body(f: fa_file)
	{
	local c = f$k8s_request;
	delete f$k8s_request;

	if ( c?$http && c$http?$k8s_body )
		hook K8s::request_body(c, c$http$k8s_body);
	}

event body_chunk(f: fa_file, data: string)
	{
	if ( ! f?$k8s_request || ! f?$http || ! f$http?$k8s_body )
		return;

	local kept = f$http$k8s_body + data;

	if ( |kept| < body_limit )
		{
		f$http$k8s_body = kept;
		return;
		}

	f$http$k8s_body = kept[0:body_limit];
	Files::remove_analyzer(f, Files::ANALYZER_DATA_EVENT, reading());
	finish_body(f);
	}

event file_state_remove(f: fa_file)
	{
	if ( f?$k8s_request )
		finish_body(f);
	}

##! Streams into containers: what `kubectl exec`, `attach`, `cp` and `port-forward` open,
##! at an API server or directly at a kubelet. The hello tells that one is asked for, and
##! the bytes that follow, that something is said. Told while the stream is open: a shell
##! may stay for days.

@load base/protocols/conn/thresholds
@load base/protocols/ssl

@load ./hello

module K8s;

export {
	## How many bytes both sides must send after the handshake before it counts as a
	## stream. Less is a refusal or a broken attempt.
	option stream_bytes = 200;

	## Waits for a connection to become a stream, if its hello asks for one.
	##
	## Returns: Whether its hello asks for one.
	global watch_stream: function(c: connection): bool;

	## Hears of it once a watched connection has become a stream.
	global stream_opened: hook(c: connection);

	redef record Hello += {
		## Whether somebody waits for the stream.
		watched: bool &default=F;
		## Bytes that the sides had sent when the handshake was over.
		orig_before: count &default=0;
		resp_before: count &default=0;
	};
}

# Zeek counts headers, too, so a threshold may be met before enough was said.
const stream_step = 256;

function await_stream(c: connection, is_orig: bool)
	{
	local sent = is_orig ? c$orig$num_bytes_ip : c$resp$num_bytes_ip;
	ConnThreshold::set_bytes_threshold(c, sent + stream_step, is_orig);
	}

function watch_stream(c: connection): bool
	{
	if ( ! is_stream(c$k8s_hello) )
		return F;

	c$k8s_hello$watched = T;
	return T;
	}

event ssl_established(c: connection)
	{
	if ( ! c?$k8s_hello || ! c$k8s_hello$watched )
		return;

	c$k8s_hello$orig_before = c$orig$size;
	c$k8s_hello$resp_before = c$resp$size;
	await_stream(c, T);
	await_stream(c, F);
	}

event ConnThreshold::bytes_threshold_crossed(c: connection, threshold: count,
    is_orig: bool)
	{
	if ( ! c?$k8s_hello || ! c$k8s_hello$watched )
		return;

	local hello = c$k8s_hello;
	local orig_said = c$orig$size >= hello$orig_before + stream_bytes;
	local resp_said = c$resp$size >= hello$resp_before + stream_bytes;

	if ( orig_said && resp_said )
		{
		hello$watched = F;
		hook K8s::stream_opened(c);
		}
	else if ( is_orig ? ! orig_said : ! resp_said )
		await_stream(c, is_orig);
	}

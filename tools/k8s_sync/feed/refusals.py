"""Why there is no connection with a Zeek, and what to do. Opens no socket."""

import ssl
from collections.abc import Iterator
from typing import NamedTuple

import aiohttp

from k8s_sync.feed.calling import PATH, CertificateFileError

_VOUCHED = "the authority in its K8s::listen_tls$ca_file"
_CUT = "closed without an answer"
_ALERTS = {
    "CERTIFICATE_REQUIRED": "Zeek wants a certificate and was shown none: set zeek_cert"
    f" and zeek_key to one that {_VOUCHED} vouches for",
    "UNKNOWN_CA": f"Zeek refuses our certificate: {_VOUCHED} does not vouch for it;"
    " set zeek_cert and zeek_key to one for which it does",
    "CERTIFICATE_EXPIRED": "Zeek refuses our certificate: it has expired; renew"
    " zeek_cert",
    "CERTIFICATE_REVOKED": "Zeek refuses our certificate: it was revoked; renew"
    " zeek_cert",
    "CERTIFICATE": "Zeek refuses our certificate: is zeek_cert one for TLS clients?",
    "ALERT_HANDSHAKE_FAILURE": "Zeek offers nothing that we take: do cert_file and"
    " key_file of its K8s::listen_tls belong together, and does it want zeek_cert?",
}
"""By what the reason of OpenSSL has in it; the first that fits."""

_EXPIRED, _NOT_YET = 10, 9
_NAMES = (62, 64)  # of a host, and of an address
_UNTRUSTED = (18, 19, 20, 21)
"""What OpenSSL calls X509_V_ERR_...: there are no names for them in Python."""


class Refusal(NamedTuple):
    """Why a connection did not come about."""

    text: str
    lasting: bool = False
    """It stays so until somebody, or what renews certificates, changes something."""


def explain(error: Exception, url: str) -> Refusal:
    """Says why, and what to do.

    Args:
        error: What `aiohttp` raised.
        url: The WebSocket.
    """
    for one in _chain(error):
        if text := _mistake(one):
            return Refusal(text, lasting=True)
    text = str(error) or type(error).__name__
    match error:
        case TimeoutError():
            text = "no answer in time: is a firewall between, or is it busy?"
        case aiohttp.ClientConnectorError():
            reason = error.os_error.strerror or str(error.os_error)
            if isinstance(error.os_error, ConnectionRefusedError):
                reason = "connection refused"
            text = f"{reason}: does Zeek run with `@load zeek-k8s/listen`?"
        case aiohttp.ServerDisconnectedError() | OSError() if url.startswith("ws:"):
            text = f"{_CUT}; a Zeek that listens with TLS is reached by wss://"
        case aiohttp.ServerDisconnectedError() | OSError():
            text = f"{_CUT}; does that Zeek accept zeek_cert? It says so on its stderr"
    return Refusal(text)


def _mistake(error: BaseException) -> str:
    """What a person has to change; empty if nothing."""
    match error:
        case aiohttp.WSServerHandshakeError():
            return f"HTTP {error.status}: is this a Zeek's port? The path is {PATH}"
        case aiohttp.ClientError():
            pass  # some say that they are an SSLError, too, and have nothing of one
        case CertificateFileError():
            return str(error)
        case ssl.SSLCertVerificationError():
            return _unverified(error)
        case ssl.SSLError():
            return _alert(error)
    return ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that led to it."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__


def _unverified(error: ssl.SSLCertVerificationError) -> str:
    code, said = error.verify_code, error.verify_message
    if code == _EXPIRED:
        return "the certificate of Zeek has expired; renew K8s::listen_tls$cert_file"
    if code == _NOT_YET:
        return "the certificate of Zeek is not valid yet: are all clocks right?"
    if code in _NAMES:
        return (
            f"the certificate of Zeek has another name: {said.rstrip('.')}; call it by"
            " a name that is in it, or say with zeek_name which one is"
        )
    if code in _UNTRUSTED:
        return (
            "nobody in zeek_ca vouches for the certificate of Zeek; set it to the"
            " authority that issued K8s::listen_tls$cert_file"
        )
    return f"the certificate of Zeek is no good: {said}"


def _alert(error: ssl.SSLError) -> str:
    reason = error.reason or ""
    for part, text in _ALERTS.items():
        if part in reason:
            return text
    if "ALERT" in reason:
        return f"Zeek ended TLS: {reason.lower().replace('_', ' ')}"
    # What answers to TLS with anything else: a plain port says HTTP, or just hangs up.
    return (
        "this port does not speak TLS: call it by ws://, or set K8s::listen_tls of that"
        " Zeek"
    )

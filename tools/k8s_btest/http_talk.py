"""Requests and responses of HTTP/1.1."""

from collections.abc import Iterator
from http import HTTPStatus

from k8s_btest.talk import Spoken, spoken
from k8s_btest.traffic_words import Http

_SWITCHING = 101
_NO_BODY = (_SWITCHING, 204, 304)
_DEFAULT_PORT = 80


def exchange(said: Http, server: str, port: int) -> Iterator[Spoken]:
    """Asks and answers.

    Args:
        said: The request and its response; placeholders are filled in by now.
        server: The address of the server, for a request that names no host.
        port: Its port.
    """
    yield Spoken(client=True, data=_request(said, server, port))
    if said.status:
        yield Spoken(client=False, data=_response(said))
    yield from spoken(said.then)


def _request(said: Http, server: str, port: int) -> bytes:
    host = said.host
    if host is None:
        host = f"[{server}]" if ":" in server else server
        host += "" if port == _DEFAULT_PORT else f":{port}"
    headers = {"Host": host, "User-Agent": said.user_agent}
    if said.upgrade:
        headers |= {"Connection": "Upgrade", "Upgrade": said.upgrade}
    if said.body:
        headers["Content-Length"] = str(len(said.body))
    first = f"{said.method} {said.uri} HTTP/1.1\r\n"
    return first.encode() + _headers(headers, said.headers) + said.body


def _response(said: Http) -> bytes:
    status = (
        _SWITCHING if said.upgrade and said.status == HTTPStatus.OK else said.status
    )
    body = b"" if said.method == "HEAD" or status in _NO_BODY else said.response_body
    headers = {}
    if status == _SWITCHING:
        headers = {"Connection": "Upgrade", "Upgrade": said.upgrade}
    elif status not in _NO_BODY:
        headers = {"Content-Length": str(len(said.response_body))}
    known = {one.value: one.phrase for one in HTTPStatus}
    first = f"HTTP/1.1 {status} {known.get(status, 'Unknown')}\r\n"
    return first.encode() + _headers(headers, said.response_headers) + body


def _headers(usual: dict[str, str], said: dict[str, str]) -> bytes:
    """Writes headers; those that are said replace the usual ones."""
    named = {name.lower() for name in said}
    kept = {k: v for k, v in usual.items() if v and k.lower() not in named}
    lines = [f"{name}: {value}\r\n" for name, value in (*kept.items(), *said.items())]
    return ("".join(lines) + "\r\n").encode()

"""Asks a running daemon, over HTTP; and what a daemon understands of such a request."""

import http.client
import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from k8s_sync.errors import ConfigError, FatalError
from k8s_sync.rows import format_time
from k8s_sync.times import parse
from k8s_sync.whois.question import Question
from k8s_sync.whois.report import Report
from k8s_sync.whois.target import PORTS, parse_target

PATH = "/whois"
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 9477
"""Where a daemon listens that was not told otherwise."""
_PATIENCE = 30.0
_PLACE = re.compile(
    r"(?P<only>[0-9]{1,5})"
    r"|(?P<host>\[[^\]\x00-\x20\x7f]+\]|[^:\[\]/\x00-\x20\x7f]*)(:(?P<port>[0-9]{1,5}))?"
)
_PARAMETERS = ("target", "at", "from", "to", "cluster", "revisions")
_INSTEAD = "or give --history FILE or --journal FILE"


class Problem(msgspec.Struct):
    """What a daemon says instead of an answer."""

    error: str


def ask(place: str, question: Question) -> Report:
    """Asks a daemon.

    Args:
        place: Its ``HOST:PORT``, or one of both; empty for the usual ones.
        question: What to ask.

    Raises:
        ConfigError: The place is none, or the daemon cannot make sense of the question.
        FatalError: Nobody answers there, or it is no daemon.
    """
    host, port = _split(place)
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", f"{PATH}?{urlencode(parameters(question))}")
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error) or "no answer"
        raise FatalError(
            f"no daemon answers at {host}:{port}: {reason}; is one running, with that"
            f" --listen? Give --daemon HOST:PORT, {_INSTEAD}"
        ) from error
    finally:
        connection.close()
    try:
        if response.status == http.client.OK:
            return msgspec.json.decode(body, type=Report)
        problem = msgspec.json.decode(body, type=Problem).error
    except msgspec.DecodeError as error:
        raise FatalError(
            f"what answers at {host}:{port} is no daemon that knows {PATH}"
            f" (HTTP {response.status}): give --daemon HOST:PORT, {_INSTEAD}"
        ) from error
    if response.status == http.client.BAD_REQUEST:
        raise ConfigError(problem)
    raise FatalError(f"the daemon at {host}:{port}: {problem}")


def _split(place: str) -> tuple[str, int]:
    """Reads HOST:PORT, HOST, :PORT or PORT; IPv6 has its brackets."""
    found = _PLACE.fullmatch(place)
    if not found:
        raise ConfigError(f"--daemon: '{place}' is not HOST:PORT")
    host = (found["host"] or DEFAULT_HOST).strip("[]")
    port = int(found["port"] or found["only"] or DEFAULT_PORT)
    if not 0 < port < PORTS:
        raise ConfigError(f"--daemon: bad port '{port}'")
    return host, port


def parameters(question: Question) -> dict[str, str]:
    """Writes a question as the parameters of a request."""
    found = {"target": question.text}
    times = {"at": question.at, "from": question.since, "to": question.until}
    found |= {
        name: format_time(time) for name, time in times.items() if time is not None
    }
    if question.cluster:
        found["cluster"] = question.cluster
    if question.revisions:
        found["revisions"] = "1"
    return found


def question_of(found: Mapping[str, str]) -> Question:
    """Reads a question from the parameters of a request.

    Raises:
        ConfigError: They make no sense.
    """
    if odd := sorted(found.keys() - _PARAMETERS):
        raise ConfigError(
            f"unknown: {', '.join(odd)}; there are {', '.join(_PARAMETERS)}"
        )
    if not found.get("target"):
        raise ConfigError("target: whom do you ask about?")
    times = {}
    for name in ("at", "from", "to"):
        try:
            times[name] = parse(found[name]) if found.get(name) else None
        except ValueError as error:
            raise ConfigError(f"{name}: {error}") from None
    return Question(
        text=found["target"],
        target=parse_target(found["target"]),
        at=times["at"],
        since=times["from"],
        until=times["to"],
        cluster=found.get("cluster", ""),
        revisions=found.get("revisions", "") not in ("", "0"),
    )

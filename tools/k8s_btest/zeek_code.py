"""Options of a scenario as Zeek code."""

import ipaddress
import re
from collections.abc import Mapping

from k8s_btest.errors import ScenarioError
from k8s_btest.scenario import Option, OptionsAt, OptionScalar
from k8s_sync.model import SECOND

_NAME = re.compile(r"[A-Za-z_]\w*(::[A-Za-z_]\w*)*")
_LITERAL = re.compile(
    r"-?\d+(\.\d+)? ?(usec|msec|sec|min|hr|day)s?"  # an interval
    r"|/.+/i?"  # a pattern
    r"|\d{1,5}/(tcp|udp|icmp|unknown)"
    r"|[A-Za-z_]\w*(::[A-Za-z_]\w*)+"  # an enum
)
_UNSAFE = re.compile(r'[\\"\x00-\x1f\x7f]')


def redefs(options: Mapping[str, Option], *, guarded: bool = False) -> list[str]:
    """Writes options as they are set at start.

    Args:
        options: With their values.
        guarded: Whether an option is left out where its script is not loaded.

    Raises:
        ScenarioError: A name is none.
    """
    lines = []
    for said, value in options.items():
        name, adds = (said[:-2], True) if said.endswith(" +") else (said, False)
        sign = "+=" if adds else "="
        line = f"redef {_name(name)} {sign} {literal(value, braces=True)};"
        lines.append(f"@ifdef ( {name} )\n{line}\n@endif" if guarded else line)
    return lines


def changes(
    options_at: tuple[OptionsAt, ...], started: int
) -> list[tuple[str, list[str]]]:
    """Writes options as they change while Zeek runs.

    Returns:
        For each time, that time as seconds since the epoch, and statements.

    Raises:
        ScenarioError: A name is none.
    """
    return [
        (
            f"{(started + one.at) / SECOND:.6f}",
            [
                f'Config::set_value("{_name(name)}", {literal(value)});'
                for name, value in one.set.items()
            ],
        )
        for one in options_at
    ]


def literal(value: Option, *, braces: bool = False) -> str:
    """Writes a value of YAML as Zeek writes it.

    Args:
        value: The value.
        braces: A list becomes what may initialize a set or a vector; else a set.
    """
    if isinstance(value, dict):
        ((how, text),) = value.items()
        return text if how == "zeek" else _string(text)
    if isinstance(value, list):
        items = ", ".join(map(_scalar, value))
        return f"{{{items}}}" if braces else f"set({items})"
    return _scalar(value)


def _scalar(value: OptionScalar) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, int | float):
        return str(value)
    return value if _LITERAL.fullmatch(value) else _address(value) or _string(value)


def _address(text: str) -> str:
    """An address or subnet as Zeek writes it; empty if it is none."""
    try:
        if "/" in text:
            network = ipaddress.ip_network(text)
            start = str(network.network_address)
            return f"[{start}]/{network.prefixlen}" if ":" in start else text
        return f"[{text}]" if ipaddress.ip_address(text).version == 6 else text  # noqa: PLR2004
    except ValueError:
        return ""


def _string(text: str) -> str:
    safe = _UNSAFE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return f'"{safe}"'


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ScenarioError(f"options: {name!r} is no name; write Module::option")
    return name

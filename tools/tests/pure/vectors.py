"""Reads ``testing/vectors``: cases of rows and questions, as rows and answers."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from k8s_sync import address
from k8s_sync.model import Claim, Owner, Range, Row

VECTORS = Path(__file__).resolve().parents[3] / "testing" / "vectors"


class Question(NamedTuple):
    """One question and the answer that is right."""

    address: bytes
    at: int
    port: int
    proto: Any
    cluster: str | None
    network: str | None
    match: str | None
    uid: str | None
    version: int | None


class Case(NamedTuple):
    """Some rows and what is asked of them."""

    name: str
    rows: list[Row]
    questions: list[Question]


def micros(seconds: float) -> int:
    # Through text: 99.999999 is meant exactly as it is written.
    return int(Decimal(str(seconds)) * 1_000_000)


def _row(fields: dict[str, Any], revision: int) -> Row:
    known = {"cluster", "network", "addr", "subnet", "port", "proto", "from", "to"}
    known |= {"ended", "version"}
    extra = set(fields) - known - {"terminating", "revision", "kind", "uid"}
    assert not extra, f"unknown keys {extra}"
    end = micros(fields["to"]) if "to" in fields else None
    shared = {
        "cluster": fields.get("cluster", "c1"),
        "network": fields.get("network", ""),
        "revision": fields.get("revision", revision),
        "end": end,
    }
    kind = fields.get("kind", "pod")
    if "subnet" in fields:
        subnet = address.Subnet.parse(fields["subnet"])
        return Range(subnet=subnet, kind=kind, **shared)
    terminating = fields.get("terminating")
    return Claim(
        address=address.pack(fields.get("addr", "10.0.0.1")),
        port=fields.get("port", 0),
        proto=fields.get("proto", ""),
        start=micros(fields["from"]),
        ended=fields.get("ended", ""),
        version=fields.get("version", 0),
        terminating=None if terminating is None else micros(terminating),
        owner=Owner(kind=kind, uid=fields["uid"]),
        **shared,
    )


def _question(fields: dict[str, Any]) -> Question:
    return Question(
        address=address.pack(fields.get("addr", "10.0.0.1")),
        at=micros(fields["at"]),
        port=fields.get("port", 0),
        proto=fields.get("proto", ""),
        cluster=fields.get("cluster"),
        network=fields.get("network"),
        match=fields.get("match"),
        uid=fields.get("owner"),
        version=fields.get("version"),
    )


def cases() -> Iterator[Case]:
    """Yields every case of every file."""
    for path in sorted(VECTORS.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()):
            rows = [_row(row, i) for i, row in enumerate(case["rows"], 1)]
            questions = [_question(question) for question in case["ask"]]
            yield Case(f"{path.stem}: {case['case']}", rows, questions)

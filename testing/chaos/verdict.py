"""Whether all hold the same, and whether nobody was named who was not there."""

import re
import time
from collections import defaultdict
from pathlib import Path

from chaos.programs import NODES, Programs, get
from chaos.truth import Truth
from k8s_sync import address, journal
from k8s_sync.model import SECOND, Claim
from k8s_sync.rules import LEAD, LINGER

PATIENCE = 90.0
"""Seconds after which what is not equal counts as never to be."""
SLACK = 30 * SECOND
"""How much later than the daemon a node that was cut off may know of an end."""


_METRIC = re.compile(r"^k8s_sync_(\w+)\{([^}]*)\} (\S+)$", re.MULTILINE)
_NODE = re.compile(r'node="([^"]*)"')


class VerdictError(Exception):
    """Not all is as it has to be."""


def wait_until_equal(programs: Programs, truth: Truth) -> list[str]:
    """Waits until API server, daemon and all nodes hold the same.

    Returns:
        What was not equal meanwhile, and for how long each.

    Raises:
        VerdictError: They do not come to.
    """
    begun = time.monotonic()
    end = begun + PATIENCE
    since: dict[str, float] = {}
    while (reason := _differs(programs, truth)) is not None:
        if dead := programs.died():
            raise VerdictError(f"{' and '.join(dead)} died")
        if time.monotonic() > end:
            raise VerdictError(f"still not equal after {PATIENCE:.0f} s: {reason}")
        since[reason] = time.monotonic() - begun
        time.sleep(0.05)
    return [f"{reason} (until {seconds:.1f} s)" for reason, seconds in since.items()]


def metrics(programs: Programs) -> dict[tuple[str, str], float]:
    """What the daemon measures, by name and node; the latter is empty without one."""
    text = get(f"{programs.health_url}/metrics")
    return {
        (name, found[1] if (found := _NODE.search(labels)) else ""): float(value)
        for name, labels, value in _METRIC.findall(text)
    }


def _differs(programs: Programs, truth: Truth) -> str | None:
    """Says what is not equal yet; None if all is."""
    metric = metrics(programs)
    for node in NODES:
        if metric.get(("zeek_node_synced", node)) != 1:
            return f"{node} is not synced"
    for name, wanted in {
        "claims": len(truth.living()),
        "zeek_waiting": 0,
        "zeek_unanswered": 0,
        "zeek_agrees": 1,
    }.items():
        value = metric.get((name, ""))
        if value != wanted:
            return f"{name} is {value}, not {wanted}"
    ready = get(f"{programs.health_url}/readyz")
    return None if ready == "ok\n" else f"not ready: {ready}"


def compare_claims(programs: Programs, truth: Truth) -> None:
    """Compares what the daemon told with the cluster, claim by claim.

    Raises:
        VerdictError: They differ.
    """
    held = {
        claim.owner.uid: (address.text(claim.address), claim.owner.labels)
        for claim in _claims(programs)
        if claim.end is None
    }
    wanted = truth.living()
    if held != wanted:
        odd = {uid: (held.get(uid), wanted.get(uid)) for uid in held | wanted}
        wrong = [f"{uid}: {a} != {b}" for uid, (a, b) in odd.items() if a != b]
        raise VerdictError(f"{len(wrong)} claims differ: {'; '.join(wrong[:3])}")


def _claims(programs: Programs) -> list[Claim]:
    read = journal.read(str(programs.folder / "journal.log"), print)
    return [row for row in read.timeline if isinstance(row, Claim)]


def check_answers(programs: Programs) -> int:
    """Checks each answer that nodes gave while all that happened.

    Returns:
        How many owners were named.

    Raises:
        VerdictError: One was named that had no claim then.
    """
    spells = defaultdict(list)
    for claim in _claims(programs):
        spells[claim.owner.pod, address.text(claim.address)].append(claim)
    named = 0
    for file in [
        *programs.folder.glob("*/probe.log"),
        *programs.folder.glob("*/probes.log"),
    ]:
        for line in file.read_text().splitlines():
            named += 1
            at, where, pod, match = line.split()
            if not any(_held(claim, float(at)) for claim in spells[pod, where]):
                raise VerdictError(
                    f"{Path(file).parent.name} named {pod} ({match}) on {where} at {at}"
                )
    return named


def count_caches(programs: Programs) -> tuple[int, int]:
    """Counts how often nodes knew of a source at start, and of a damaged cache."""
    lines = [
        line
        for file in programs.folder.glob("*/caches.log")
        for line in file.read_text().splitlines()
    ]
    problems = sum(line.startswith("problem") for line in lines)
    return len(lines) - problems, problems


def _held(claim: Claim, at: float) -> bool:
    time_ = round(at * SECOND)
    ended = claim.end is not None and time_ >= claim.end + LINGER + SLACK
    return claim.start - LEAD <= time_ and not ended

"""Shows why an answer is wrong: the truth and the claims around it."""

from k8s_sync import address
from k8s_sync.timeline import Timeline
from simulator.clock import BEGIN, MINUTE, SECOND
from simulator.traffic import Question
from simulator.verdicts import Said
from simulator.world import World

_AROUND = 10 * MINUTE


def _clock(time: int | None) -> str:
    """Seconds since the hour began."""
    return "-" if time is None else f"{(time - BEGIN) / SECOND:.3f}"


def explain(world: World, timeline: Timeline, question: Question, said: Said) -> str:
    """Writes what really happened on the address, and what the timeline knows."""
    low, high = question.time - _AROUND, question.time + _AROUND
    head = (
        f"{address.text(question.address)} port {question.port} at "
        f"{_clock(question.time)} ({question.cause}, {question.draw}) in "
        f"{question.cluster or 'any cluster'}: was {question.uid[:8]}, answer "
        f"{said.match} {(said.uid or '-')[:8]}"
    )
    lines = [head]
    held = [
        one
        for one in world.truth
        if one.address == question.address
        and one.port in (0, question.port)
        and question.cluster in (None, one.cluster)
        and one.begin < high
        and (one.end is None or one.end > low)
    ]
    for one in sorted(held, key=lambda one: one.begin):
        times = map(_clock, (one.begin, one.talks, one.silent, one.end))
        lines.append(
            f"  truth {one.cluster} {one.uid[:8]} port {one.port} holds, talks, is "
            f"silent, gives up: {', '.join(times)} {one.cause}"
        )
    for claim in sorted(timeline.claims(question.address), key=lambda c: c.start):
        if claim.start > high or (claim.end is not None and claim.end < low):
            continue
        times = map(_clock, (claim.start, claim.end, claim.terminating))
        lines.append(
            f"  claim {claim.cluster} {claim.owner.uid[:8]} port {claim.port} version "
            f"{claim.version} from, to, terminating: {', '.join(times)} {claim.ended}"
        )
    return "\n".join(lines)

"""Scores one seed, and adds seeds up. What comes out is plain data, fit for a file."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from simulator import strategies
from simulator.asking import Answers
from simulator.through_zeek import Line
from simulator.traffic import CAUSES, MIX, Question
from simulator.verdicts import RIGHT, VERDICTS, WRONG, Said, Tally, verdict
from simulator.world import World

Json = dict[str, Any]
_TOLD_LATER = ("not told yet", "amended", "amended, in doubt")
_POD_NETWORK = frozenset(CAUSES) - {"host-network", "service", "secondary"}


def score(seed: int, world: World, questions: list[Question], found: Answers) -> Json:
    """Scores the answers of one seed."""
    ways = {"after": found.after, "live": found.live}
    if any(said.match for said in found.twin_after):
        ways |= {"after, C++": found.twin_after, "live, C++": found.twin_live}
    return {
        "seeds": [seed],
        "questions": len(questions),
        "events": len(world.events),
        "holdings": len(world.truth),
        "problems": len(found.problems),
        "ways": {name: _tally(questions, said) for name, said in ways.items()},
        "C++ differs": _differ(found),
        "live": dict(_live(questions, found)),
        "strategies": _strategies(questions, found),
    }


def _tally(questions: list[Question], answers: Iterable[Said]) -> Json:
    tally = Tally()
    for question, said in zip(questions, answers, strict=True):
        tally.count(question, said)
    return {
        "causes": {cause: dict(tally.causes[cause]) for cause in CAUSES},
        "draws": {draw: dict(tally.draws[draw]) for draw in MIX},
    }


def _differ(found: Answers) -> int:
    """Counts answers in which the two timelines do not agree."""
    if not any(said.match for said in found.twin_after):
        return 0
    ours, theirs = found.after + found.live, found.twin_after + found.twin_live
    return sum(one != other for one, other in zip(ours, theirs, strict=True))


def _live(questions: list[Question], found: Answers) -> Counter[str]:
    """Looks at what was wrong and exact when it was written."""
    names = ("wrong", *_TOLD_LATER, "came late", "missed")
    count = Counter(dict.fromkeys(names, 0))
    twin = any(said.match for said in found.twin_after)
    for number, question in enumerate(questions):
        live, after = found.live[number], found.after[number]
        if verdict(live, question.uid) != WRONG:
            continue
        count["wrong"] += 1
        # The timeline answers the same until something new is heard.
        if after == live:
            continue
        count["not told yet"] += 1
        amended = found.amended.get(number)
        if number in found.late:
            count["came late"] += 1
            continue
        told = amended.said if amended else None
        if twin:
            told = found.twin_amended.get(number)
        count[_amended(told, after)] += 1
    return count


def _amended(told: Said | None, after: Said) -> str:
    """Says what an amendment has made of a line; there is one for each end.

    It may come while the new owner is still in doubt, and then be another one.
    """
    if told is None or (told.match == "exact" and told.uid != after.uid):
        return "missed"
    return "amended" if told.uid == after.uid else "amended, in doubt"


def add_zeek(
    result: Json,
    questions: list[Question],
    found: Answers,
    after: list[Line],
    live: list[Line],
) -> None:
    """Adds what Zeek itself has answered."""
    ways = {"after, Zeek": after, "live, Zeek": live}
    for name, lines in ways.items():
        result["ways"][name] = _tally(questions, (line.said for line in lines))
    result["Zeek differs"] = sum(
        line.said != said for line, said in zip(after, found.after, strict=True)
    )
    names = ("wrong", *_TOLD_LATER, "missed")
    count = Counter(dict.fromkeys(names, 0))
    for question, line, told in zip(questions, live, found.after, strict=True):
        if verdict(line.said, question.uid) != WRONG:
            continue
        count["wrong"] += 1
        if line.said != told:
            count["not told yet"] += 1
            count[_amended(line.amended, told)] += 1
    result["live, Zeek"] = dict(count)


def _strategies(questions: list[Question], found: Answers) -> Json:
    """Compares with others, on the addresses of pods: that is what all of them know."""
    asked = [n for n, q in enumerate(questions) if q.cause in _POD_NETWORK]
    truth = [questions[n].uid for n in asked]

    def rates(uids: list[str | None]) -> Json:
        told = [uids[n] for n in asked]
        right = sum(one == uid for one, uid in zip(told, truth, strict=True))
        silent = told.count(None)
        wrong = len(asked) - right - silent
        return {"right": right, "wrong": wrong, "marked": 0, "silent": silent}

    def ours(said: list[Said]) -> Json:
        verdicts = Counter(
            verdict(said[n], uid) for n, uid in zip(asked, truth, strict=True)
        )
        right, wrong = verdicts.pop(RIGHT, 0), verdicts.pop(WRONG, 0)
        silent = verdicts.pop(VERDICTS[-1], 0)
        marked = verdicts.total()
        return {"right": right, "wrong": wrong, "marked": marked, "silent": silent}

    live = {"zeek-k8s": ours(found.live)}
    live |= {name: rates(uids) for name, uids in found.others_live.items()}
    live[strategies.IGNORING] = rates([said.uid for said in found.live])
    after = {"zeek-k8s": ours(found.after)}
    after |= {name: rates(uids) for name, uids in found.others_after.items()}
    after[strategies.IGNORING] = rates([said.uid for said in found.after])
    return {"live": live, "after": after}


def add(results: Iterable[Json]) -> Json:
    """Adds up the results of several seeds."""
    total: Json = {}
    for result in results:
        total = _add(total, result)
    return total


def _add(one: Any, other: Any) -> Any:
    if isinstance(other, dict):
        keys = dict.fromkeys([*(one or {}), *other])
        return {
            key: _add((one or {}).get(key), other[key])
            if key in other
            else (one or {})[key]
            for key in keys
        }
    return other if one is None else one + other

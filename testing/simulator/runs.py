"""Runs one seed from the first pod to the score."""

import shutil
from typing import Any, NamedTuple

from simulator import world
from simulator.asking import KEPT, Answers, ask
from simulator.clock import Dice
from simulator.explain import explain
from simulator.score import score
from simulator.traffic import Question, Traffic
from simulator.verdicts import WRONG, verdict


class Plan(NamedTuple):
    """What to run."""

    seed: int
    pods: int
    minutes: int
    questions: int
    cpp: bool = True
    zeek: bool = False
    show: int = 0


class Run(NamedTuple):
    """What came of it."""

    result: dict[str, Any]
    shown: list[str]


def prepare(plan: Plan) -> str:
    """Builds what is needed once; returns what is lacking for it."""
    if not plan.cpp:
        return ""
    if shutil.which("cmake") is None or not any(
        map(shutil.which, ("c++", "g++", "clang++"))
    ):
        return "C++: install cmake >= 3.15 and g++ >= 12"
    from tests.pure import twin  # noqa: PLC0415 -- needs a compiler

    twin.build()
    return ""


def run(plan: Plan) -> Run:
    """Runs one seed."""
    made = world.run(plan.seed, plan.pods, plan.minutes)
    # Other dice: what is asked does not change what happens.
    traffic = Traffic(made.truth, made.end, Dice(-plan.seed))
    questions = traffic.questions(plan.questions)
    if plan.cpp and not prepare(plan):
        from tests.pure.twin import Twin  # noqa: PLC0415
        from tests.pure.twin_amendments import Amendments  # noqa: PLC0415

        with Twin() as twin:
            amendments = Amendments(twin, most=len(questions), within=KEPT)
            found = ask(made, questions, twin, amendments)
            amendments.close()
    else:
        found = ask(made, questions)
    result = score(plan.seed, made, questions, found)
    shown = [
        explain(made, found.timeline, questions[n], found.after[n])
        for n in _wrong(questions, found)[: plan.show]
    ]
    return Run(result, shown)


def _wrong(questions: list[Question], found: Answers) -> list[int]:
    return [
        n
        for n, question in enumerate(questions)
        if verdict(found.after[n], question.uid) == WRONG
    ]

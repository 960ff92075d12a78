"""Runs one seed from the first pod to the score."""

import shutil
from typing import NamedTuple

import zeek
from k8s_sync import __version__
from simulator import through_zeek, world
from simulator.asking import KEPT, Answers, ask
from simulator.clock import MINUTE, Dice
from simulator.explain import explain
from simulator.score import Json, add_zeek, score
from simulator.traffic import Question, Traffic
from simulator.verdicts import WRONG, verdict

VERSION = __version__
_AFTERWARDS = 12 * MINUTE
"""Until everything was heard, and written."""
_COMPILERS = ("c++", "g++", "clang++")


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

    result: Json
    shown: list[str]


def prepare(plan: Plan) -> tuple[Plan, list[str]]:
    """Builds what is needed.

    Returns:
        What can be run here, and what is lacking for the rest.
    """
    lacking = []
    if plan.cpp:
        if shutil.which("cmake") and any(map(shutil.which, _COMPILERS)):
            from tests.pure import twin  # noqa: PLC0415 -- needs pytest

            twin.build()
        else:
            lacking.append("C++: install cmake >= 3.15 and g++ >= 12")
            plan = plan._replace(cpp=False)
    if plan.zeek:
        folder = zeek.find()
        if folder:
            zeek.build(folder)
        else:
            lacking.append(f"Zeek: {zeek.TO_INSTALL}")
            plan = plan._replace(zeek=False)
    return plan, lacking


def run(plan: Plan) -> Run:
    """Runs one seed; what it needs has been prepared."""
    made = world.run(plan.seed, plan.pods, plan.minutes)
    # Other dice: what is asked does not change what happens.
    traffic = Traffic(made.truth, made.end, Dice(-plan.seed))
    questions = traffic.questions(plan.questions)
    found = _ask(plan, made, questions)
    result = score(plan.seed, made, questions, found)
    if plan.zeek:
        _ask_zeek(made, questions, found, result)
    shown = [
        explain(made, found.timeline, questions[n], found.after[n])
        for n in _wrong(questions, found)[: plan.show]
    ]
    return Run(result, shown)


def _ask(plan: Plan, made: world.World, questions: list[Question]) -> Answers:
    if not plan.cpp:
        return ask(made, questions)
    from simulator.cpp import Cpp  # noqa: PLC0415 -- needs a compiler

    with Cpp(most=len(questions), within=KEPT) as twin:
        return ask(made, questions, twin)


def _ask_zeek(
    made: world.World, questions: list[Question], found: Answers, result: Json
) -> None:
    folder = zeek.find()
    assert folder is not None
    environment = zeek.environment(folder)
    until = made.end + _AFTERWARDS
    after = through_zeek.after(environment, questions, found.timeline, until)
    live = through_zeek.live(environment, questions, found.told, until)
    add_zeek(result, questions, found, after, live)


def _wrong(questions: list[Question], found: Answers) -> list[int]:
    return [
        n
        for n, question in enumerate(questions)
        if verdict(found.after[n], question.uid) == WRONG
    ]

"""No answer about a simulated hour is exact and wrong; of simple ones many are."""

import functools
from collections import Counter

import pytest

from simulator import report, runs, score, world
from simulator.asking import ask
from simulator.clock import Dice
from simulator.explain import explain
from simulator.strategies import ALL, IGNORING
from simulator.traffic import Traffic
from simulator.verdicts import (
    ABSTAINED,
    MARKED_RIGHT,
    MARKED_WRONG,
    RIGHT,
    WRONG,
    Said,
    verdict,
)

QUESTIONS = 5000


@functools.cache
def done(*, cpp: bool) -> runs.Run:
    return runs.run(runs.Plan(11, 400, 10, QUESTIONS, cpp=cpp, show=3))


def test_the_bars_are_met_in_python() -> None:
    run = done(cpp=False)
    assert not list(report.missed(run.result)), run.shown


def test_the_bars_are_met_in_cpp() -> None:
    _, lacking = runs.prepare(runs.Plan(1, 1, 1, 1))
    if lacking:
        pytest.skip(lacking[0])
    run = done(cpp=True)
    assert not list(report.missed(run.result)), run.shown
    assert "live, C++" in run.result["ways"]
    assert run.result["ways"]["live"] == run.result["ways"]["live, C++"]


def test_every_question_is_counted_once() -> None:
    result = done(cpp=False).result
    for way in result["ways"].values():
        assert report.sums(way).total() == QUESTIONS


def test_simple_strategies_are_wrong() -> None:
    live = done(cpp=False).result["strategies"]["live"]
    assert set(live) == {"zeek-k8s", IGNORING, *(other.name for other in ALL)}
    for name, rates in live.items():
        assert name == "zeek-k8s" or rates["wrong"] > 0, name
        assert rates["right"] > sum(rates.values()) / 2, name


def test_verdicts() -> None:
    assert verdict(Said("exact", "a"), "a") == RIGHT
    assert verdict(Said("exact", "a"), "b") == WRONG
    assert verdict(Said("ended", "a"), "a") == MARKED_RIGHT
    assert verdict(Said("ambiguous", "a"), "b") == MARKED_WRONG
    assert verdict(Said("ambiguous", None), "b") == ABSTAINED


def test_results_add_up() -> None:
    one = done(cpp=False).result
    both = score.add([one, one])
    assert both["questions"] == 2 * QUESTIONS
    assert both["seeds"] == [11, 11]
    assert report.sums(both["ways"]["after"]) == Counter(
        {k: 2 * n for k, n in report.sums(one["ways"]["after"]).items()}
    )


def test_a_missed_bar_is_told() -> None:
    result = score.add([done(cpp=False).result])
    after = result["ways"]["after"]
    after["causes"]["plain"][WRONG] = after["causes"]["plain"].get(WRONG, 0) + 1
    after["draws"]["life"][ABSTAINED] = 1000
    result["live"]["wrong"] += 1
    result["live"]["missed"] += 1
    result["C++ differs"] = 1
    result["problems"] = 1
    assert len(list(report.missed(result))) == 6


def test_a_fault_is_explained() -> None:
    made = world.run(11, 400, 10)
    questions = Traffic(made.truth, made.end, Dice(-11)).questions(50)
    found = ask(made, questions)
    text = explain(made, found.timeline, questions[0], found.after[0])
    assert questions[0].uid[:8] in text
    assert "truth" in text
    assert "claim" in text


def test_tables_have_all_numbers() -> None:
    result = dict(done(cpp=False).result)
    result |= {"seeds": 1, "pods": 400, "minutes": 10, "date": "", "version": ""}
    assert f"{QUESTIONS:,}" in report.text(done(cpp=False).result)
    assert f"| **all** | {QUESTIONS:,} | 0 |" in report.markdown(result)
    assert "delete grace of 120 s" in report.markdown(result)

"""When a reflector tries again and what it remembers, without any I/O."""

import pytest

from k8s_sync import errors
from k8s_sync.kube.backoff import Backoff, Timing
from k8s_sync.kube.known import Entry, Known, News, is_older, version
from k8s_sync.kube.objects import Failure, Metadata
from k8s_sync.kube.policy import (
    RegressionError,
    ShortWatchError,
    WatchListChoice,
    barred,
    judge,
)
from k8s_sync.kube.position import Position
from k8s_sync.kube.refusal import refusal, refused


def meta(name: str, uid: str, number: int) -> Metadata:
    return Metadata(name=name, namespace="n", uid=uid, resource_version=str(number))


def waits(backoff: Backoff, count: int) -> list[float]:
    """The next waits, with nothing but waits in between."""
    now, found = 0.0, []
    for _ in range(count):
        found.append(backoff.next(now))
        now += found[-1]
    return found


def test_waits_double_and_then_grow_with_the_outage() -> None:
    """Each is a quarter of what has passed, or a few seconds, up to a limit."""
    backoff = Backoff(Timing(), lambda: 1.0)
    found = waits(backoff, 30)
    assert found[:6] == pytest.approx([0.8, 1.6, 3, 3, 3, 3])
    assert found[6:9] == pytest.approx([3.6, 4.5, 5.625])
    assert found[-3:] == [30, 30, 30]
    assert backoff.next(999, least=10) == 40


def test_waits_begin_anew_after_a_calm() -> None:
    """A long one, if a sync takes long: it would be most of what the server does."""
    backoff = Backoff(Timing(), lambda: 1.0)
    for seconds, sync, wait in (
        *((0, 0, 0.8), (0.9, 0, 1.6), (1, 0, 0.8)),
        *((99, 10, 1.6), (100, 10, 0.8)),
    ):
        backoff.calm(seconds, sync)
        assert backoff.next(0) == wait


def test_after_a_calm_it_is_another_outage() -> None:
    backoff = Backoff(Timing(), lambda: 1.0)
    waits(backoff, 30)
    backoff.calm(1, 0)
    assert [backoff.next(500) for _ in range(4)] == [0.8, 1.6, 3, 3]


def test_full_jitter() -> None:
    draws = iter([0.5, 0.0])
    backoff = Backoff(Timing(), lambda: next(draws))
    assert [backoff.next(0), backoff.next(0)] == [0.4, 0.0]


def test_what_costs_nobody_anything_is_tried_each_one_to_two_seconds() -> None:
    """And leaves the other waits alone: the server may be busy once it is up."""
    backoff = Backoff(Timing(), lambda: 1.0)
    assert [backoff.knock() for _ in range(4)] == [0.8, 1.6, 2, 2]
    assert backoff.next(0) == 0.8
    low = Backoff(Timing(), lambda: 0.0)
    assert [low.knock() for _ in range(4)] == [0.4, 0.8, 1, 1]
    low.calm(0.9, 0)
    assert low.knock() == 1
    low.calm(1, 0)
    assert low.knock() == 0.4


def test_what_costs_nobody_anything() -> None:
    cut = errors.UnreachableError("x")
    assert judge(errors.NoAnswerError("x")).cheap
    assert judge(cut, following=True).cheap
    assert not judge(cut).cheap, "a sync that is cut has cost the server a lot"
    assert not judge(refusal(503, b"", "x"), following=True).cheap


def test_verdicts() -> None:
    def relists(error: errors.TransientError, failures: int = 1) -> bool:
        return judge(error, [type(error)] * failures).relist

    gone = refused(Failure(code=410, reason="Expired"), "x")
    down = refusal(503, b"", "x", retry_after="7")
    streamed = refused(Failure(code=500), "x")
    streamed.streamed = True
    assert relists(gone)
    assert relists(ShortWatchError("x", 0))
    assert not relists(ShortWatchError("x", 1))
    assert judge(RegressionError("x")).distrust
    assert not relists(errors.UnreachableError("x"), 99)
    assert not relists(down, 99)
    assert judge(down).least == 7
    assert not relists(streamed, 2)
    assert relists(streamed, 3)
    assert not relists(errors.SilentError("x"))
    assert relists(errors.SilentError("x"), 2)
    assert not judge(
        errors.SilentError("x"), [errors.UnreachableError, errors.SilentError]
    ).relist
    assert judge(refusal(403, b"", "x")).refused


def test_who_is_refused_three_times_in_a_row_is_barred() -> None:
    no, never = errors.UnauthorizedError, errors.ForbiddenError
    assert barred([no, errors.CredentialError, never])
    assert barred([errors.SilentError, never, errors.NotServedError, never])
    assert not barred([no, no])
    assert not barred([no, no, no, errors.ServerError])
    assert not barred([no, errors.NoAnswerError, no])


def test_refusals_say_what_to_do() -> None:
    body = b'{"kind":"Status","status":"Failure","message":"no","reason":"Forbidden"}'
    error = refusal(403, body, "GET https://x/pods as me")
    assert isinstance(error, errors.ForbiddenError)
    assert str(error) == (
        "GET https://x/pods as me: 403 Forbidden no; grant the role list and watch"
    )
    assert refusal(429, b"", "x", retry_after="99999").retry_after == 600
    assert refusal(429, b"", "x", retry_after="Fri, 01 Jan").retry_after == 0
    late = Failure(code=504, reason="Timeout", message="Too large resource version: 9")
    assert isinstance(refused(late, "x"), errors.GoneError)


def test_initial_events_or_pages() -> None:
    choice = WatchListChoice()
    cut = errors.UnreachableError("cut")
    assert not choice.failed(cut, opened=False)
    assert not choice.failed(cut, opened=True)
    assert choice.usable
    choice.succeeded()
    choice.failed(cut, opened=True)
    assert choice.usable
    choice.failed(cut, opened=True)
    assert not choice.usable
    choice = WatchListChoice()
    assert choice.failed(refusal(422, b"", "x"), opened=False)
    choice.succeeded()
    assert not choice.usable


def test_versions() -> None:
    assert is_older(version("9"), version("10"))
    assert not is_older(version("opaque"), version("10"))
    assert not is_older(version("10"), version("10"))


def test_a_sync_finds_what_is_gone() -> None:
    known = Known()
    known.begin()
    assert known.apply(meta("a", "u1", 1)) == (News.CHANGE, "")
    assert known.apply(meta("b", "u2", 2)) == (News.CHANGE, "")
    assert known.finish() == []
    known.begin()
    known.begin()  # The first was cut.
    assert known.apply(meta("b", "u2", 2)) == (News.NOTHING, "")
    assert known.finish() == [Entry("u1", "n", "a")]
    assert [*known] == [Entry("u2", "n", "b")]


def test_a_name_that_comes_back_is_a_replacement() -> None:
    known = Known()
    known.begin()
    known.apply(meta("a", "u1", 5))
    known.finish()
    assert known.apply(meta("a", "u2", 6)) == (News.REPLACEMENT, "u1")
    known.remove(meta("a", "u1", 7))
    assert len(known) == 1
    known.remove(meta("a", "u2", 8))
    assert len(known) == 0


def test_old_states_within_a_sync_count_for_nothing() -> None:
    known = Known()
    known.begin()
    known.apply(meta("a", "u2", 5))
    assert known.apply(meta("a", "u1", 4)) == (News.NOTHING, "")
    assert known.apply(meta("a", "u2", 5)) == (News.NOTHING, "")
    assert known.apply(meta("a", "u2", 6)) == (News.CHANGE, "")


def test_t22_a_state_older_than_the_known_one_is_outdated() -> None:
    known = Known()
    known.begin()
    known.apply(meta("a", "u1", 5))
    known.finish()
    known.begin()
    assert known.apply(meta("a", "u1", 4)) == (News.OUTDATED, "")
    assert known.apply(meta("a", "u2", 4)) == (News.REPLACEMENT, "u1")
    known.begin(trusted=False)
    assert known.apply(meta("a", "u2", 3)) == (News.CHANGE, "")


def test_after_a_set_back_no_version_is_trusted() -> None:
    known = Known()
    known.begin()
    known.apply(meta("a", "u1", 5))
    known.finish()
    known.begin(trusted=False)
    assert known.apply(meta("a", "u1", 5)) == (News.CHANGE, "")
    known.finish()
    known.begin()
    assert known.apply(meta("a", "u1", 5)) == (News.NOTHING, "")


def test_what_cannot_be_read_is_still_there() -> None:
    known = Known()
    known.begin()
    known.apply(meta("a", "u1", 5))
    known.finish()
    known.begin()
    known.keep(meta("a", "u1", 6))
    known.keep(meta("b", "", 6))
    assert known.finish() == []


def test_a_request_that_is_not_understood_is_made_anew() -> None:
    error = refused(Failure(code=400, reason="BadRequest"), "x")
    assert isinstance(error, errors.InvalidRequestError)
    verdict = judge(error, [type(error)])
    assert (verdict.reason, verdict.relist) == ("invalid_request", True)


def test_a_sync_that_trusts_in_nothing_says_so() -> None:
    known = Known()
    assert known.trusted
    known.begin(trusted=False)
    assert not known.trusted
    known.finish()
    assert known.trusted


def test_a_position_does_not_go_back() -> None:
    position = Position("pods")
    assert position.version is None
    position.begin("10")
    position.see("12")
    for late in (position.check, position.begin, position.see):
        with pytest.raises(RegressionError):
            late("11")
    position.lose(trust=True)
    assert position.version is None
    with pytest.raises(RegressionError):
        position.check("11")


def test_a_position_that_is_not_trusted_begins_anywhere() -> None:
    position = Position("pods")
    position.begin("10")
    position.lose(trust=False)
    position.lose(trust=True)
    assert not position.trusted, "until all is told anew"
    position.check("5")
    position.begin("5")
    assert position.trusted
    assert position.version == "5"
    with pytest.raises(RegressionError):
        position.see("4")

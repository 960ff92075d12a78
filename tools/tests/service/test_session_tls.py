"""Certificates between the daemon and a Zeek: who is refused, by whom, what is said.

A real Zeek says the same: see ``testing/tests/live/tls.sh``.
"""

import asyncio
import logging
from pathlib import Path
from typing import NamedTuple

import pytest

from fakes.certificates import Authority, Pair, server_context
from fakes.zeek import FakeZeek
from k8s_sync.feed.calling import Calling
from k8s_sync.feed.peer import Peer
from k8s_sync.feed.session import TIMING, Session
from k8s_sync.kube.backoff import Timing
from k8s_sync.timeline import Timeline
from tests.service.test_session import EPOCH, SHORT, eventually, running


class Folder(NamedTuple):
    """Two authorities, and what they issued."""

    ours: Authority
    theirs: Authority
    zeek: Pair
    daemon: Pair

    def calling(self, name: str = "") -> Calling:
        cert, key = map(str, self.daemon)
        return Calling(str(self.ours.file), cert, key, name)

    def fake(self) -> FakeZeek:
        return FakeZeek(tls=server_context(self.zeek, self.ours.file))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    zeek, daemon = ours.issue("zeek", "127.0.0.1"), ours.issue("daemon", "daemon")
    return Folder(ours, theirs, zeek, daemon)


def session(url: str, calling: Calling, timing: Timing = SHORT) -> Session:
    peer = Peer(Timeline(), "c1", EPOCH, lambda: EPOCH, lambda: 0)
    return Session(url, [peer], calling=calling, timing=timing)


async def test_who_has_the_right_certificates_is_fed(folder: Folder) -> None:
    async with folder.fake() as zeek:
        one = session(zeek.url, folder.calling())
        async with running(one):
            await eventually(lambda: one.idle)


CASES = {
    # A real Zeek says what is wrong; a server of asyncio just hangs up.
    "no certificate": "does that Zeek accept zeek_cert?",
    "stranger": "does that Zeek accept zeek_cert?",
    "expired": "does that Zeek accept zeek_cert?",
    "wrong authority": "nobody in zeek_ca vouches for the certificate of Zeek; set",
    "expired zeek": "the certificate of Zeek has expired; renew",
    "wrong name": "the certificate of Zeek has another name: ",
    "plain to tls": "a Zeek that listens with TLS is reached by wss://",
    "tls to plain": "this port does not speak TLS: call it by ws://",
    "no file": "zeek_cert: cannot use",
    "no key": "zeek_key: cannot use",
    "another's key": "zeek_cert or zeek_key: cannot use",
    "garbage": "zeek_ca: cannot use",
}


def prepare(  # noqa: C901 -- a list of what can be wrong
    case: str, folder: Folder
) -> tuple[Calling, FakeZeek]:
    """Sets one thing wrong."""
    ours, theirs, zeek, daemon = folder
    calling = folder.calling()
    match case:
        case "no certificate":
            calling = Calling(str(ours.file))
        case "stranger":
            daemon.become(theirs.issue("daemon", "daemon"))
        case "expired":
            daemon.become(ours.issue("old", "daemon", expired=True))
        case "wrong authority":
            zeek.become(theirs.issue("zeek", "127.0.0.1"))
        case "expired zeek":
            zeek.become(ours.issue("old", "127.0.0.1", expired=True))
        case "wrong name":
            zeek.become(ours.issue("other", "zeek.example"))
        case "no file":
            daemon.cert.unlink()
        case "no key":
            daemon.key.unlink()
        case "another's key":
            daemon.key.write_bytes(zeek.key.read_bytes())
    fake = FakeZeek() if case == "tls to plain" else folder.fake()
    if case == "garbage":
        ours.file.write_text("-----BEGIN CERTIFICATE-----\nnothing\n")
    return calling, fake


@pytest.mark.parametrize("case", CASES)
async def test_refusals_say_which_and_what_to_do(
    case: str, folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    """Once; then it is tried on in silence."""
    caplog.set_level(logging.DEBUG, "k8s_sync")
    calling, fake = prepare(case, folder)
    async with fake as zeek:
        scheme = "ws" if case == "plain to tls" else "wss"
        one = session(f"{scheme}:{zeek.url.partition(':')[2]}", calling)
        async with running(one):
            await eventually(lambda: caplog.text.count("trying again") > 3)
            assert one.offline
        assert zeek.connections == 0
    tries = [one for one in caplog.records if "trying again" in one.message]
    assert CASES[case] in tries[0].message
    assert [one.levelname for one in tries].count("WARNING") == 1, "said once"


async def test_a_pod_is_called_by_the_name_in_its_certificate(folder: Folder) -> None:
    folder.zeek.become(folder.ours.issue("named", "zeek.example"))
    async with folder.fake() as zeek:
        one = session(zeek.url, folder.calling("zeek.example"))
        async with running(one):
            await eventually(lambda: one.idle)


async def test_renewed_files_are_read(folder: Folder) -> None:
    """Without a word from anybody, at the next attempt."""
    right = folder.ours.issue("right", "daemon")
    folder.daemon.become(folder.ours.issue("old", "daemon", expired=True))
    async with folder.fake() as zeek:
        one = session(zeek.url, folder.calling())
        async with running(one):
            await asyncio.sleep(0.3)
            assert one.offline
            folder.daemon.become(right)
            await eventually(lambda: one.idle)
            folder.daemon.key.unlink()
            await asyncio.sleep(0.1)
            assert not one.offline, "a session that is up needs no files"


async def test_attempts_are_few_where_a_person_has_to_help(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each costs Zeek a line on its standard error; a refused connection does not."""
    slept: list[float] = []
    rest = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await rest(0.001)

    monkeypatch.setattr("k8s_sync.feed.session.asyncio.sleep", sleep)
    monkeypatch.setattr("k8s_sync.feed.session.random.random", lambda: 1.0)
    async with folder.fake() as zeek:
        async with running(session(zeek.url, Calling(str(folder.theirs.file)), TIMING)):
            while len(slept) < 9:
                await rest(0.01)
        assert slept[:9] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    slept.clear()
    async with running(session(zeek.url, folder.calling(), TIMING)):
        while len(slept) < 4:
            await rest(0.01)
    assert slept[:4] == [0.5, 1, 2, 2]

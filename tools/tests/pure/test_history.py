"""What goes into a history comes out of it, in whatever order it came."""

import random
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync.history.entry import counting, entry, pack_uid, unpack_uid
from k8s_sync.history.reader import Reader
from k8s_sync.history.writer import Heard, Writer
from k8s_sync.model import SECOND, Claim, Owner, Proto, Range, Row
from k8s_sync.selector import Selector, Window
from k8s_sync.timeline import Timeline, row_key
from k8s_sync.whois.scene import Scene
from tests.pure import strategies as any_

HEARD = st.none() | st.integers(0, 9)
SOME = st.lists(st.tuples(any_.ROW, HEARD), max_size=12)


def stored(*batches: Iterable[Heard]) -> dict[Row, int | None]:
    """All that is in a history that took in some batches, with when it was heard."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/claims.db"
        with Writer(path) as writer:
            for batch in batches:
                assert writer.write(batch).bad == 0
        with Reader(path) as reader:
            return dict(reader.exported())


def unlike(rows: Iterable[Heard]) -> list[Heard]:
    """Those of some rows with a key and revision that none before them has."""
    return list(
        {(row_key(row), row.revision): (row, heard) for row, heard in rows}.values()
    )


@given(SOME)
def test_what_goes_in_comes_out(rows: list[Heard]) -> None:
    """All revisions of claims, and of ranges the newest."""
    rows = unlike(rows)
    ranges: dict[object, Range] = {}
    for row, _ in rows:
        if isinstance(row, Range):
            known = ranges.setdefault(row_key(row), row)
            if known.revision < row.revision:
                ranges[row_key(row)] = row
    expected = {row: heard for row, heard in rows if isinstance(row, Claim)}
    found = stored(rows)
    assert {row: at for row, at in found.items() if isinstance(row, Claim)} == expected
    assert {row for row in found if isinstance(row, Range)} == set(ranges.values())


@given(SOME, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(
    rows: list[Heard], dice: random.Random
) -> None:
    """So that histories can be merged."""
    rows = unlike(rows)
    again = [*rows, *dice.sample(rows, len(rows) // 2)]
    dice.shuffle(again)
    cut = dice.randrange(len(again) + 1)
    assert stored(again[:cut], again[cut:]) == stored(rows)


@given(SOME, st.randoms(use_true_random=False))
def test_what_counts_does_not_depend_on_the_order(
    rows: list[Heard], dice: random.Random
) -> None:
    rows = unlike(rows)
    mixed = dice.sample(rows, len(rows))
    assert told(rows) == told(mixed)


def told(rows: Iterable[Heard]) -> set[Row]:
    """The rows that count in a history that has taken in some."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/claims.db"
        with Writer(path) as writer:
            for one in rows:
                writer.write([one])
        with Reader(path) as reader:
            return set(reader.rows())


@given(any_.ROWS, any_.ADDRESS, any_.TIME, any_.PORT)
def test_answers_are_those_of_the_timeline(
    rows: list[Row], address: bytes, time: int, port: tuple[int, Proto]
) -> None:
    """Where no version has been replaced, which only a history keeps."""
    rows = [row for row, _ in unlike((row, None) for row in rows)]
    rows = [
        msgspec.structs.replace(row, ended="deleted")
        if isinstance(row, Claim) and row.ended == "changed"
        else row
        for row in rows
    ]
    timeline = Timeline()
    for row in rows:
        timeline.apply(row)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/claims.db"
        with Writer(path) as writer:
            writer.write((row, None) for row in rows)
        with Reader(path) as reader:
            scene = Scene(address, reader.on(address), reader.ranges())
    assert scene.owner(address, time, *port) == timeline.owner(address, time, *port)


@given(any_.ROWS, st.data())
def test_objects_are_found(rows: list[Row], data: st.DataObject) -> None:
    """By index as by looking at each."""
    claims = [
        row for row, _ in unlike((r, None) for r in rows) if isinstance(row, Claim)
    ]
    owners = [claim.owner for claim in claims] or [Owner(kind="pod", uid="u")]
    one = data.draw(st.sampled_from(owners))
    namespace = data.draw(st.sampled_from(["", one.namespace]))
    selector = data.draw(
        st.sampled_from(
            [
                Selector("uid", one.uid),
                Selector("node", one.node),
                Selector("service", one.service, namespace),
                Selector("workload", one.workload, namespace),
                Selector("pod", one.pod, one.namespace),
            ]
        ).filter(lambda found: bool(found.name))
    )
    start = data.draw(any_.TIME)
    window = Window(data.draw(st.sampled_from(["", "c1"])), start, start + SECOND)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/claims.db"
        with Writer(path) as writer:
            writer.write((claim, None) for claim in claims)
        with Reader(path) as reader:
            counted = {row for row in reader.rows() if isinstance(row, Claim)}
            found = reader.of(selector, window)
    assert len(found) == len(set(found))
    assert set(found) == {
        claim
        for claim in counted
        if claim in window
        and selector.matches(claim.owner)
        # A pod, or a node, that is called so; not what only speaks of it.
        and (selector.by != "node" or not claim.owner.pod)
    }


UID = "0b9f1d1e-3c1f-4f7e-9a55-2f6d3f1a7c11"


@pytest.mark.parametrize("uid", [UID, UID.upper(), "u1", "a" * 16, UID[:-1], "0" * 32])
def test_uids(uid: str) -> None:
    assert unpack_uid(pack_uid(uid)) == uid
    assert (len(pack_uid(uid)) == 16) == (uid in (UID, "a" * 16))


def version(number: int, revision: int, *, end: int | None, label: str) -> Claim:
    return Claim(
        cluster="c1",
        address=bytes(16),
        owner=Owner(kind="pod", uid=UID, pod="web", labels=(label,)),
        start=0,
        end=end,
        ended="changed" if end else "",
        revision=revision,
        version=number,
    )


def test_a_version_that_was_so_is_never_replaced(tmp_path: Path) -> None:
    """Neither by the sixteenth after it, nor by a daemon that begins anew."""
    path = str(tmp_path / "claims.db")
    with Writer(path) as writer:
        for n in range(40):
            number = n % 16
            held = version(number, 2 * n, end=None, label=f"v={n}")
            ended = version(number, 2 * n + 1, end=(n + 1) * SECOND, label=f"v={n}")
            writer.write([(held, n), (ended, n + 1)])
    with Reader(path) as reader:
        found = reader.on(bytes(16))
        assert [claim.end for claim in sorted(found, key=lambda one: one.revision)] == [
            (n + 1) * SECOND for n in range(40)
        ]
        scene = Scene(bytes(16), found)
        for n in range(40):
            owner = scene.owner(bytes(16), n * SECOND + SECOND // 2).owner
            assert owner
            assert owner.labels == (f"v={n}",)
        [third] = [claim for claim in found if claim.end == 33 * SECOND]
        assert [one.claim.end for one in reader.revisions(third)] == [None, 33 * SECOND]
        assert [one.heard for one in reader.revisions(third)] == [32, 33]


@given(any_.ROWS, st.randoms(use_true_random=False))
def test_what_counts_of_a_part_is_enough(rows: list[Row], dice: random.Random) -> None:
    """Revisions that do not count need not be looked at when more come."""
    entries = [
        entry(msgspec.structs.replace(row, revision=number), 0, 0, None)
        for number, row in enumerate(rows)
        if isinstance(row, Claim)
    ]
    dice.shuffle(entries)
    for cut in range(len(entries)):
        part = counting(entries[:cut])
        assert counting([*part, *entries[cut:]]) == counting(entries)

"""Columns of logs are read by name, whatever the log looks like."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from k8s_sync.enrich.pieces import Desk, pieces
from k8s_sync.enrich.records import Record, records
from k8s_sync.enrich.setting import Setting
from k8s_sync.streams import Input, open_input
from tests.pure import sample
from tests.pure.test_enrich import write

NAMES = ("ts", "name", "tags")


def read(path: Path) -> list[tuple[str, Record]]:
    found = []
    log = ""

    def choose(name: str, _: Sequence[str] | None) -> Sequence[str]:
        nonlocal log
        log = name
        return NAMES

    with open_input(str(path)) as source:
        for names, rows in records(source, choose):
            assert names == NAMES
            found += [(log, row) for row in rows]
    return found


def test_tsv(tmp_path: Path) -> None:
    text = (
        "#separator \\x09\n#set_separator\t;\n#empty_field\tE\n#unset_field\tU\n"
        "#path\ta\n#fields\tname\tts\ttags\n#types\tstring\ttime\tset[string]\n"
        "x\\x09y\\\\\t1.5\tp;q\\x3b\n"
        "E\tU\tE\n"
        "too few\n"
        "#close\tnow\n"
        "#path\tb\n#fields\tts\tother\n#types\ttime\n1.0\tz\n"
    )
    assert read(write(tmp_path / "x.log", text)) == [
        ("a", ["1.5", "x\ty\\", ("p", "q;")]),
        ("a", [None, "E", ()]),
        ("b", ["1.0", None, None]),
    ]


def test_a_log_that_went_through_windows(tmp_path: Path) -> None:
    text = (
        "#path\ta\r\n#fields\tts\tname\r\n#types\ttime\tstring\r\n1.0\tx\r\n2.0\t-\r\n"
    )
    assert read(write(tmp_path / "x.log", text)) == [
        ("a", ["1.0", "x", None]),
        ("a", ["2.0", None, None]),
    ]


def test_tsv_that_nobody_asks_about(tmp_path: Path) -> None:
    assert read(write(tmp_path / "x.log", "no header\n\n")) == []


def test_json(tmp_path: Path) -> None:
    text = (
        '\n{"_path":"a","ts":1.5,"tags":["p",1]}\n{"_path":"a","name":"x","ts":null}\n'
        'bad\n[1]\n{"_path":"b","ts":"2026-11-02T08:58:00Z"}\n'
    )
    assert read(write(tmp_path / "x.log", text)) == [
        ("a", ["1.5", None, ("p", "1")]),
        ("a", [None, "x", None]),
        ("b", ["2026-11-02T08:58:00Z", None, None]),
    ]
    assert read(write(tmp_path / "x.log", '{"_path":')) == []


@contextmanager
def pipe(*parts: bytes) -> Iterator[tuple[Input, Callable[[], None]]]:
    """A pipe, and what writes the next part to it; after the last one it is closed."""
    read_end, write_end = os.pipe()
    left = list(parts)

    def write_on() -> None:
        os.write(write_end, left.pop(0))
        if not left:
            os.close(write_end)

    with os.fdopen(read_end, "rb", buffering=0) as raw:
        write_on()
        source = Input("a pipe", raw)
        assert source.live
        yield source, write_on


def test_a_part_of_a_line_holds_nobody_back() -> None:
    with pipe(b"#fields", b"\tts\n") as (source, write_on):
        made = pieces(source.blocks(), "x.log", "")
        desk = Desk(Setting(sample.timeline()))
        assert desk.decorate(next(made)).data == b""
        write_on()
        assert [desk.decorate(piece).data for piece in made] == [b"#fields\tts\n"]
    with pipe(b'{"ts"', b":1}\n") as (source, write_on):
        blocks = source.blocks()
        assert next(blocks) == b""
        write_on()
        assert list(blocks) == [b'{"ts":1}\n']
    with pipe(b'{"ts"', b":1}\n", b"\n") as (source, write_on):
        write_on()
        write_on()
        found = list(records(source, lambda *_: NAMES))
        assert found == [(NAMES, [["1", None, None]])]

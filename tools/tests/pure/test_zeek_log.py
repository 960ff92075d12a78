"""Header lines are understood, and values are written as Zeek writes them."""

import pytest

from k8s_sync.enrich.zeek_log import Dialect, detect


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("web", "web"),
        ("", "-"),
        ("-", "\\x2d"),
        ("--", "--"),
        ("(empty)", "\\x28empty)"),
        ("a\tb\\c\n", "a\\x09b\\\\c\\x0a"),
        ("ü\x01", "\\xc3\\xbc\\x01"),
        ("ü\t\x01", "ü\\x09\\x01"),
        ("Grüße", "Grüße"),
        ((), "-"),
        (("x,y", "\\z"), "x\\x2cy,\\\\z"),
        (("a,b", "-", "c"), "a\\x2cb,\\x2d,c"),
    ],
)
def test_cells(value: str | tuple[str, ...], cell: str) -> None:
    assert Dialect().cells([value]) == b"\t" + cell.encode()


def test_dialect_of_header() -> None:
    dialect = Dialect(path="old", unset=b"?")
    for line in (
        b"#separator \\x7c",
        b"#set_separator|;",
        b"#empty_field|EMPTY",
        b"#unset_field|\\x4eONE",
        b"#path|conn",
        b"#open|2024",
    ):
        dialect = dialect.after(line)
    assert dialect == Dialect(b"|", b";", b"EMPTY", b"NONE", "conn")
    assert dialect.cells(["a|b", "NONE", "", ("x;y", "z")]) == (
        b"|a\\x7cb|\\x4eONE|NONE|x\\x3by;z"
    )


def test_separator_of_several_bytes() -> None:
    dialect = Dialect().after(b"#separator \\x7c\\x7c")
    assert dialect.cells(["a||b", "c|d"]) == b"||a\\x7c\\x7cb||c|d"


@pytest.mark.parametrize(
    ("line", "form"),
    [(b"#separator \\x09", "tsv"), (b' {"ts":1}', "json"), (b"", "tsv")],
)
def test_detect(line: bytes, form: str) -> None:
    assert detect(line) == form

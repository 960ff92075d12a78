"""The owners of an address over time, in a terminal, and how sure each is."""

from k8s_sync import address
from k8s_sync.model import SECOND, Claim, Owner
from k8s_sync.timeline import Timeline
from k8s_sync.times import parse, rfc3339
from k8s_sync.whois.answer import answer
from k8s_sync.whois.drawing import draw
from k8s_sync.whois.grounds import Timelines
from k8s_sync.whois.question import Question
from k8s_sync.whois.table import table
from k8s_sync.whois.target import parse_target

HOUR = 3600 * SECOND
BEGIN = 1_700_006_400 * SECOND  # 2023-11-15T00:00:00Z


def claim(name: str, start: int, end: int | None, **changes: object) -> Claim:
    values: dict[str, object] = {
        "cluster": "c1",
        "address": address.pack("10.0.0.1"),
        "owner": Owner(kind="pod", uid=name, namespace="shop", pod=name),
        "start": BEGIN + start,
        "end": None if end is None else BEGIN + end,
        "ended": "" if end is None else "deleted",
    }
    return Claim(**(values | changes))  # type: ignore[arg-type]


def question(text: str, since: int | None = None, until: int | None = None) -> Question:
    return Question(text=text, target=parse_target(text), since=since, until=until)


def ground(*claims: Claim) -> Timelines:
    timeline = Timeline()
    for one in claims:
        timeline.apply(one)
    return Timelines([timeline])


A = claim("a", 0, 2 * HOUR)
B = claim("b", 4 * HOUR, None)
EIGHT_HOURS = question("10.0.0.1", BEGIN, BEGIN + 8 * HOUR)


def drawn(
    asked: Question, *claims: Claim, width: int, ascii_only: bool = False
) -> list[str]:
    """A drawing as seen six hours after the beginning."""
    found = answer(asked, ground(*claims))
    now = BEGIN + 6 * HOUR
    return draw(found, asked, now, width=width, ascii_only=ascii_only).splitlines()


def test_owners_are_drawn_where_they_were() -> None:
    """What is held is drawn until now, and what is short is still to be seen."""
    short = claim("c", 3 * HOUR, 3 * HOUR + SECOND)
    assert drawn(EIGHT_HOURS, A, B, short, width=48) == [
        "10.0.0.1  2023-11-15T00:00:00Z to 2023-11-15T08:00:00Z",
        "        |00:00         |03:00         |06:00",
        "shop/a  ██████████░",
        "shop/c                ░█",
        "shop/b                     ░██████████",
        "        █ exact  ▒ ambiguous  ░ early or ended",
    ]


def test_what_is_not_sure_looks_so() -> None:
    """Two clusters claim it; and a terminal that knows ASCII only."""
    other = claim("n", 4 * HOUR, 5 * HOUR, cluster="c2")
    assert drawn(EIGHT_HOURS, A, B, other, width=51, ascii_only=True)[2:] == [
        "shop/a c1  ##########.",
        "shop/b c1                      ??????####",
        "shop/n c2                      ?????",
        "           # exact  ? ambiguous  . early or ended",
    ]


def test_nothing_is_drawn_of_nobody() -> None:
    assert drawn(question("10.9.9.9"), A, width=80) == ["10.9.9.9: nothing to draw"]


def test_a_width_that_is_none() -> None:
    assert len(drawn(EIGHT_HOURS, A, width=0)[2]) < 40


def test_the_time_that_was_asked_about_is_marked() -> None:
    asked = Question(
        text="10.0.0.1",
        target=parse_target("10.0.0.1"),
        at=BEGIN + HOUR,
        since=BEGIN,
        until=BEGIN + 8 * HOUR,
    )
    assert drawn(asked, A, width=48)[3] == f"{' ' * 8}{' ' * 5}^ at"


def sure(claim: Claim, *others: Claim) -> list[tuple[int, int | None, str]]:
    """How sure it is that a claim holds, in seconds from its start."""
    spells = answer(question("10.0.0.1"), ground(claim, *others)).claims
    [mine] = [one for one in spells if one.owner.uid == claim.owner.uid]

    def after(time: str | None) -> int | None:
        return None if time is None else (parse(time) - claim.start) // SECOND

    return [(after(one.start) or 0, after(one.to), one.match) for one in mine.sure]


def test_how_sure_it_is_changes_over_time() -> None:
    """Early before, ended after; in doubt where another one comes or may have come."""
    assert sure(A) == [(-30, 0, "early"), (0, 7200, "exact"), (7200, 7320, "ended")]
    soon = claim("x", 2 * HOUR + 10 * SECOND, 3 * HOUR)
    assert sure(A, soon) == [
        (-30, 0, "early"),
        (0, 7180, "exact"),
        (7180, 7200, "ambiguous"),
    ]
    elsewhere = claim("n", HOUR, None, cluster="c2")
    assert sure(A, elsewhere) == [
        (-30, 0, "early"),
        (0, 3000, "exact"),
        (3000, 7200, "ambiguous"),
    ]


def test_versions_begin_where_the_one_before_ends() -> None:
    first = claim("a", 0, HOUR, ended="changed")
    second = claim("a", 0, None, version=1)
    found = answer(question("shop/a"), ground(first, second))
    assert [(one.start, one.to) for one in found.claims] == [
        (rfc3339(BEGIN), rfc3339(BEGIN + HOUR)),
        (rfc3339(BEGIN + HOUR), None),
    ]
    assert {one.held_since for one in found.claims} == {rfc3339(BEGIN)}


def test_a_terminal_is_not_written_to_by_names() -> None:
    evil = Owner(kind="pod", uid="e", pod="\x1b[2Jx", images=("a\nb",))
    asked = question("10.0.0.1")
    found = answer(asked, ground(claim("e", 0, None, owner=evil)))
    for text in (table(found), draw(found, asked, BEGIN + 1, width=80)):
        assert "\\x1b[2Jx" in text
        assert all(c.isprintable() for c in text.replace("\n", ""))

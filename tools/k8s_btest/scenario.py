"""A scenario: a cluster, what happens in it, and what must come out.

This module says what may be written; ``testing/scenarios/README.md`` shows it. It
reads no file: `read` takes the text. Nothing here is about how it is rendered.
"""

from typing import Annotated, Literal

import msgspec
import yaml

from k8s_btest import yaml_text
from k8s_btest.cluster_words import Cluster
from k8s_btest.errors import ScenarioError
from k8s_btest.places import explain, line_of
from k8s_btest.traffic_words import Traffic
from k8s_btest.values import Overlay, Time, hook
from k8s_sync import times

Scalar = bool | int | float | str | None
Value = Scalar | list[Scalar]
"""In a log: text must be equal, ``~text`` is a pattern to be found in it, ``*`` is
anything but unset, null is unset, a list is a set."""
OptionScalar = bool | int | float | str
Side = str | dict[str, Value]
"""An end that must be named, or columns of its ``K8s::Owner``."""
Option = OptionScalar | list[OptionScalar] | dict[Literal["zeek", "string"], str]
"""As `options.literal` turns it into Zeek's own."""

Count = Annotated[int, msgspec.Meta(ge=0)]
"""Of lines."""


class Row(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"from_": "from"},
):
    """Lines of a log."""

    log: str
    from_: Side = {}
    """Who is named as the originator: an end, or columns of ``id.orig_k8s``."""
    to: Side = {}
    """Who is named as the responder."""
    columns: dict[str, Value] = {}
    count: Count | None = None
    """Exactly so many; by default at least one."""


class Notice(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"from_": "from"},
):
    """Lines of notice.log."""

    note: str
    """The type, ``Module::Name``."""
    from_: Side = {}
    to: Side = {}
    columns: dict[str, Value] = {}
    count: Count | None = 1
    """Exactly so many; null for at least one."""


class Expect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must come out, and what must not."""

    notices: tuple[Notice, ...] = ()
    no_notices: tuple[str, ...] | None = None
    """Types, with ``*`` for anything. By default ``*`` in a negative scenario and in
    an evasion that is not caught, and nothing elsewhere."""
    rows: tuple[Row, ...] = ()
    no_rows: tuple[Row, ...] = ()
    complaints: tuple[str, ...] = ()
    """Patterns of what Zeek may complain of in reporter.log; nothing else."""


class OptionsAt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options that change while Zeek runs."""

    at: Time
    set: dict[str, Option]


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a scenario file says."""

    title: str
    """One sentence: what is claimed."""
    why: str = ""
    detection: str = ""
    """The detection that this is about, as its script is called; empty: the columns."""
    kind: Literal["positive", "negative", "evasion"] = "positive"
    caught: bool | None = None
    """Of an evasion, always to be said: whether it is caught all the same."""
    start: str = "2026-11-02T09:00:00Z"
    overlay: Overlay = Overlay("none")
    """Of all traffic that does not say otherwise."""
    cluster: Cluster = Cluster()
    traffic: tuple[Traffic, ...] = ()
    zeek: tuple[str, ...] = ()
    """Scripts to load beside zeek-k8s, such as zeek-k8s/detect; a path is relative to
    the scenario."""
    script: str = ""
    """Zeek code, for what the rest cannot say."""
    options: dict[str, Option] = {}
    options_at: tuple[OptionsAt, ...] = ()
    expect: Expect

    def __post_init__(self) -> None:
        """Refuses what contradicts itself, or could not fail."""
        if (self.kind == "evasion") != (self.caught is not None):
            raise ValueError("caught: is for evasions, and each has to say it")
        if self.kind != "positive" and not self.detection:
            raise ValueError(f"a scenario of kind {self.kind} needs detection:")
        if not self.traffic:
            raise ValueError("traffic: without any nothing can come out")
        expect = self.expect
        if not (
            expect.notices
            or expect.rows
            or expect.no_rows
            or expect.no_notices
            or self.kind == "negative"
            or self.caught is False
        ):
            raise ValueError("expect: says nothing, so it could not fail")
        if self.kind == "negative" and expect.notices:
            raise ValueError("a negative scenario expects no notices")
        try:
            times.parse(self.start)
        except ValueError as error:
            raise ValueError(f"start: {error}; write 2026-11-02T09:00:00Z") from None

    @property
    def started(self) -> int:
        """When it starts, in microseconds."""
        return times.parse(self.start)

    @property
    def unwanted(self) -> tuple[str, ...]:
        """Types of notices that must not come out."""
        if self.expect.no_notices is not None:
            return self.expect.no_notices
        nothing = self.kind == "negative" or self.caught is False
        return ("*",) if nothing and not self.expect.notices else ()


def read(text: str, name: str) -> Scenario:
    """Reads a scenario.

    Args:
        text: YAML.
        name: Of the file, for messages.

    Raises:
        ScenarioError: It is none; says file, line and key, and what to do.
    """
    try:
        root, value = yaml_text.load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f"{name}:{mark.line + 1}" if mark else name
        what = getattr(error, "problem", None) or " ".join(str(error).split())
        raise ScenarioError(f"{at}: no YAML: {what}") from None
    try:
        return msgspec.convert(value, Scenario, dec_hook=hook)
    except msgspec.ValidationError as error:
        reason, path = explain(str(error), Scenario)
        at = f"{name}:{line_of(root, path)}"
        key = f" {path}:" if path else ""
        raise ScenarioError(f"{at}:{key} {reason}") from None

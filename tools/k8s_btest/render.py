"""Scenarios in, objects, journal, trace and btest out. No I/O, but for templates."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import jinja2
import msgspec

from k8s_btest import claims, traffic, world, zeek_code
from k8s_btest.ends import Ends
from k8s_btest.errors import BtestError
from k8s_btest.packets import pcap
from k8s_btest.scenario import Option, Scenario
from k8s_btest.verdict import expected
from k8s_sync.kube.objects import Object


class Source(NamedTuple):
    """A scenario, and what its files contain."""

    name: str
    """Such as ``overlays.vxlan``."""
    path: Path
    scenario: Scenario
    objects: list[tuple[str, Object]]
    captures: dict[str, bytes]


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What a site adds to each scenario."""

    loads: tuple[str, ...] = ()
    options: dict[str, Option] = {}
    template: str = ""
    """Of the btest; empty for our own."""


def render(source: Source, site: Site) -> Iterator[tuple[str, bytes]]:
    """Makes the files of a scenario: yields name and contents of each.

    Raises:
        ScenarioError: Something in it does not fit together.
    """
    scenario = source.scenario
    try:
        made = world.build(scenario.cluster, scenario.started, source.objects)
        ends = Ends(made.places)
        frames = traffic.packets(scenario, ends, source.captures)
        journal = claims.journal(
            scenario.cluster,
            source.objects,
            made.steps,
            scenario.started,
        )
        wanted = expected(scenario, ends)
        test = _test(scenario, site, source.path.parent)
    except BtestError as error:
        raise type(error)(f"{source.path}: {error}") from error
    steps = [
        {
            "at": step.at,
            "type": "DELETED" if step.gone else "APPLIED",
            "object": step[2],
        }
        for step in made.steps
    ]
    yield "objects.json", json.dumps(steps, indent=1).encode()
    yield "claims.log", journal.encode()
    yield "trace.pcap", pcap(frames)
    yield "expect.json", msgspec.json.format(msgspec.json.encode(wanted))
    yield "test.zeek", test.encode()


def template(name: str) -> jinja2.Template:
    """Finds one of our own templates."""
    loader = jinja2.PackageLoader("k8s_btest")
    return _environment(loader, escape=name.endswith(".html.j2")).get_template(name)


def _test(scenario: Scenario, site: Site, folder: Path) -> str:
    if site.template:
        chosen = _environment(None, escape=False).from_string(site.template)
    else:
        chosen = template("test.zeek.j2")
    return chosen.render(
        title=" ".join(scenario.title.split()),
        scenario=scenario,
        loads=[_script(name, folder) for name in scenario.zeek],
        script=scenario.script.strip(),
        redefs=zeek_code.redefs(scenario.options),
        changes=zeek_code.changes(scenario.options_at, scenario.started),
        site_loads=site.loads,
        site_redefs=zeek_code.redefs(site.options, guarded=True),
    )


def of_site(site: Site, sources: Iterable[Source]) -> str:
    """Writes a script that Zeek refuses if an option of a site is none.

    In a scenario that does not load what has an option, the option is left out; here
    everything is loaded.

    Raises:
        ScenarioError: A name is none.
    """
    loads = dict.fromkeys(["zeek-k8s", "zeek-k8s/detect"])
    for source in sources:
        folder = source.path.parent
        loads |= dict.fromkeys(_script(name, folder) for name in source.scenario.zeek)
    lines = [f"@load {name}" for name in (*loads, *site.loads)]
    return "\n".join([*lines, *zeek_code.redefs(site.options)]) + "\n"


def _environment(
    loader: jinja2.BaseLoader | None, *, escape: bool
) -> jinja2.Environment:
    return jinja2.Environment(
        loader=loader,
        autoescape=escape,  # noqa: S701 -- on where HTML is made
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )


def _script(name: str, folder: Path) -> str:
    """A script beside the scenario is loaded from there, any other from ZEEKPATH."""
    beside = (folder / name).resolve()
    return str(beside) if beside.suffix == ".zeek" and beside.exists() else name

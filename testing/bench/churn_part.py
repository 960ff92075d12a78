"""A day of churn within minutes: whether the daemon and the nodes keep their size.

The wall clock of all programs runs faster, so that claims begin, end and are
forgotten as in a whole day. What is between two programs - timeouts, heartbeats - goes
by the monotonic clock, which is left alone.
"""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench.churn import Churn
from bench.figures import Figure, LackingError, at_most
from bench.live import Live
from bench.seeds import seeded
from bench.zeek_parts import Options
from fakes.api_server import FakeApiServer
from fakes.loopback import kubeconfig

HOURS = 24
PACE = 240
"""Seconds of the wall clock within one."""
PODS = 2000
"""At a time; each of them lives for an hour."""
ADDRESSES = 6000
WARM = 12
"""Hours until all is as large as it will be: what ended is kept for one hour, the
daemon looks for it every four (once a minute of the monotonic clock), and its caches of
what many pods share fill up to their bounds."""
_SHOWN = (1, 6, WARM, 18, HOURS)
BAR = 3.0
"""Percent of growth from then on."""
NODES = ("manager", "worker-1")
_CLOCK = Path(__file__).with_name("fast_clock.c")
_LINES = Path(__file__).with_name("lines.zeek")
_MORE = f"""\
@load {_LINES}
# A daemon that speaks every two seconds does so every few minutes here.
redef K8s::lost_after = 2hr;
redef Log::default_writer = Log::WRITER_NONE;
"""
_TURN = 0.02


def churning(options: Options) -> list[Figure]:
    """Memory after hours of churn, and how much it grew."""
    folder = options.folder / "churn"
    folder.mkdir(exist_ok=True)
    since = int(time.time())
    clock = _build(folder)
    env = {
        "LD_PRELOAD": str(clock),
        "FAST_CLOCK_SINCE": str(since),
        "FAST_CLOCK_PACE": str(PACE),
    }
    with Live(folder, NODES, more=_MORE, env=env) as live:
        return list(asyncio.run(_run(live, options, since)))


def _build(folder: Path) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        raise LackingError("install a C compiler")
    clock = folder / "fast_clock.so"
    flags = ("-shared", "-fPIC", "-O2", "-o", str(clock), str(_CLOCK))
    subprocess.run([compiler, *flags], check=True)
    return clock


async def _run(live: Live, options: Options, since: int) -> Iterable[Figure]:
    def fast() -> float:
        return since + (time.time() - since) * PACE

    async with FakeApiServer() as api:
        churn = Churn(api.store, fast, ADDRESSES)
        for _ in range(PODS):
            churn.come()
        options.say("starting a Zeek cluster")
        config = kubeconfig(live.folder, api.url)
        await asyncio.to_thread(live.start, NODES, "--kubeconfig", config)
        sizes = []
        changes = 0
        for hour in range(HOURS):
            changes += await _hour(churn)
            # It need not remember what nobody will ask for.
            api.store.trim("pods", keep=PODS)
            sizes.append({name: live.rss(name) for name in ("daemon", *NODES)})
            rss = ", ".join(f"{n} {s / 2**20:.1f} MiB" for n, s in sizes[-1].items())
            options.say(f"hour {hour + 1} of {HOURS}: {rss}")
        await asyncio.to_thread(live.until, lambda: live.equal(*NODES), "all are equal")
        return _figures(sizes, changes)


async def _hour(churn: Churn) -> int:
    """As many changes as pods that are gone an hour later: all of them."""
    dice = seeded("watched")
    seconds = 3600 / PACE
    began = time.monotonic()
    done = changes = 0
    while done < PODS:
        due = min((time.monotonic() - began) / seconds, 1) * PODS
        while done < due:
            churn.go()
            churn.come()
            done += 1
            changes += 2
            if dice.randrange(4) == 0:
                dice.choice((churn.move, churn.relabel))()
                changes += 1
        await asyncio.sleep(_TURN)
    return changes


def _figures(sizes: Sequence[Mapping[str, int]], changes: int) -> Iterable[Figure]:
    pace = f"{HOURS} h in {HOURS * 60 // PACE} min"
    yield Figure("changes", f"{changes:,}, {pace}")
    for name in sizes[0]:
        told = {hour: sizes[hour - 1][name] / 2**20 for hour in _SHOWN}
        shown = " ".join(f"{size:.1f}" for size in told.values())
        hours = ", ".join(map(str, told))
        yield Figure(f"{name}, hours {hours}", f"{shown} MiB")
        growth = (told[HOURS] / told[WARM] - 1) * 100
        yield at_most(f"{name}, growth since hour {WARM}", growth, BAR, "{:.1f} %")

"""A Zeek that is killed comes back with its claims, and is sent only what it missed.

Usage: live_cache.py API_PORT ZEEK_PORT HEALTH_PORT

Prints what the Zeek that came back has said of its feed, and how many rows it got.
"""

import signal
import sys
import time
from pathlib import Path

import live

PODS = 300
MISSED = 3
STATE = Path("state/k8s_claims.zeek")

COUNT = """
global rows: table[string] of count &default=0;

event K8s::feed_v1(source: string, epoch: count, seq: count, part: string,
    payload: string)
	{
	if ( "#fields" in payload )
		rows[part] += |split_string(payload, /\\n/)| - 2;
	}

event K8s::source_changed(name: string, source: K8s::Source, state: string)
	{
	print fmt("said: %s, %d claims", state, K8s::__claims(name));
	}

event zeek_done()
	{
	for ( part, count_ in rows )
		print fmt("said: %d rows in a %s", count_, part);
	}
"""


def add_pods(run: live.Run, first: int, count: int) -> None:
    """Creates pods that run."""
    for n in range(first, first + count):
        address = f"10.77.{n // 250}.{n % 250 + 1}"
        pod = live.pod(f"app-{n}", f"u-{n}", address, live.now())
        run.change("POST", live.PODS, pod)


def main() -> None:
    """Kills a Zeek, adds a few pods, and starts it again."""
    ports = [int(port.split("/")[0]) for port in sys.argv[1:4]]
    Path("count.zeek").write_text(COUNT)
    with live.Run(*ports) as run:

        def start_zeek() -> None:
            run.start_zeek("K8s::cache_dir=../state", "../count.zeek")

        run.start_api()
        start_zeek()
        run.start_daemon()
        add_pods(run, 0, PODS)
        run.settled(PODS)
        run.until(
            "the cache to have all",
            lambda: STATE.exists() and time.time() - STATE.stat().st_mtime > 1,
        )
        run.stop("zeek", signal.SIGKILL)
        before = Path("zeek.out").stat().st_size
        add_pods(run, PODS, MISSED)
        start_zeek()
        run.settled(PODS + MISSED)
        run.stop("zeek")
        for line in Path("zeek.out").read_text()[before:].splitlines():
            if line.startswith("said: "):
                print(line.removeprefix("said: "))


if __name__ == "__main__":
    main()

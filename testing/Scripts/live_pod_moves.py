"""A pod is created, moves to another address and is deleted while Zeek captures.

Two others share an address; what else talks is in the cluster's range, or outside.

Usage: live_pod_moves.py API_PORT ZEEK_PORT HEALTH_PORT
"""

import asyncio
import subprocess
import sys
from pathlib import Path

import live
from traffic import serving, talk

SERVER, FIRST, SECOND, NOBODY = "10.77.1.1", "10.77.0.1", "10.77.0.2", "10.77.0.3"
SHARED, OUTSIDE = "10.77.0.4", "10.77.2.1"
PODS = "10.77.0.0/24"
# Raised by real traffic, about a connection.
NOTICES = """
module Live;
export { redef enum Notice::Type += { Fetched }; }
event http_request(c: connection, method: string, original_URI: string,
    unescaped_URI: string, version: string)
	{
	NOTICE(Notice::Info($note=Fetched, $conn=c, $msg=original_URI));
	}
"""


async def main() -> None:
    """Plays the story; leaves the logs, the trace and the journal behind."""
    ports = [int(port.split("/")[0]) for port in sys.argv[1:4]]
    Path("notices.zeek").write_text(NOTICES)
    async with serving(SERVER) as trust:
        with live.Run(*ports) as run:
            run.start_api()
            run.start_zeek("../notices.zeek", "-w", "trace.pcap")
            run.start_daemon("--journal", "journal.log", "--ranges", f"{PODS}=pod")
            run.change(
                "POST", live.PODS, live.pod("server", "u-server", SERVER, live.now(60))
            )
            run.settled(1)
            await talk(NOBODY, SERVER, "before", trust)
            await talk(OUTSIDE, SERVER, "outside", trust)

            run.change(
                "POST", live.PODS, live.pod("app-0", "u-app", FIRST, live.now(2))
            )
            run.settled(2)
            await talk(FIRST, SERVER, "created", trust)

            moved = {"podIP": SECOND, "podIPs": [{"ip": SECOND}]}
            run.change("PATCH", f"{live.PODS}/app-0", {"status": moved})
            run.settled(2)
            await talk(SECOND, SERVER, "moved", trust)
            await talk(FIRST, SERVER, "left", trust)

            run.change("DELETE", f"{live.PODS}/app-0")
            run.settled(1)
            await talk(SECOND, SERVER, "deleted", trust)

            # Two pods at once on one address.
            for name in ("twin-a", "twin-b"):
                twin = live.pod(name, f"u-{name}", SHARED, live.now(2))
                run.change("POST", live.PODS, twin)
            run.settled(3)
            await talk(SHARED, SERVER, "shared", trust)
            await asyncio.sleep(0.5)  # the last packets are on their way to Zeek

            assert run.stop("daemon") == 0
            assert run.stop("zeek") == 0
    Path("zeek-1").rename("live")
    # The same packets again, with the journal and no daemon, and without us at all.
    trace = "../live/trace.pcap"
    for folder, scripts in (
        ("again", ["zeek-k8s", "K8s::journal=../journal.log", "../notices.zeek"]),
        ("plain", ["../notices.zeek"]),
    ):
        Path(folder).mkdir()
        command = ["zeek", "-C", "-r", trace, *scripts]
        subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    asyncio.run(main())

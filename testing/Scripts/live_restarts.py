"""Zeek, the daemon and the API server stop and come back in any order.

Usage: live_restarts.py API_PORT ZEEK_PORT HEALTH_PORT

After each order a pod changes, and the digests have to be equal without any help.
"""

import itertools
import json
import signal
import sys
from pathlib import Path

import live

PROGRAMS = ("zeek", "daemon", "api")
PODS = 30


class Story:
    """What happens, with a count of the pods that there are."""

    def __init__(self, run: live.Run) -> None:
        self.run = run
        self.pods = 0

    def add_pod(self) -> None:
        """Creates one more pod."""
        self.pods += 1
        address = f"10.77.2.{self.pods}"
        pod = live.pod(f"app-{self.pods}", f"u-{self.pods}", address, live.now())
        self.run.change("POST", live.PODS, pod)

    def stop(self, program: str, number: signal.Signals) -> None:
        """Ends a program, gently or not; an API server keeps its objects."""
        if program == "api":
            pods = json.loads(self.run.get(f"{self.run.api}/api/v1/pods"))["items"]
            # In a list of pods nobody says of each that it is one.
            objects = [{"apiVersion": "v1", "kind": "Pod", **pod} for pod in pods]
            Path("objects.json").write_text(json.dumps(objects))
        self.run.stop(program, number)

    def start(self, program: str) -> None:
        """Starts a program again."""
        if program == "api":
            self.run.start_api("objects.json")
        elif program == "zeek":
            self.run.start_zeek()
        else:
            self.run.start_daemon()


def main() -> None:
    """Goes through every order of stopping and starting."""
    ports = [int(port.split("/")[0]) for port in sys.argv[1:4]]
    with live.Run(*ports) as run:
        story = Story(run)
        run.start_api()
        run.start_zeek()
        run.start_daemon()
        for _ in range(PODS):
            story.add_pod()
        run.settled(story.pods)
        for program in PROGRAMS:
            for number in (signal.SIGTERM, signal.SIGKILL):
                story.stop(program, number)
                story.start(program)
                story.add_pod()
                run.settled(story.pods)
        for order in itertools.permutations(PROGRAMS):
            for program in order:
                story.stop(program, signal.SIGTERM)
            for program in order:
                story.start(program)
            story.add_pod()
            run.settled(story.pods)
        # What happens while nobody looks is seen afterwards.
        story.stop("zeek", signal.SIGKILL)
        story.stop("daemon", signal.SIGKILL)
        run.change("DELETE", f"{live.PODS}/app-1")
        story.start("daemon")
        story.start("zeek")
        run.settled(story.pods - 1)
    print(f"{story.pods - 1} claims, equal on both sides")


if __name__ == "__main__":
    main()

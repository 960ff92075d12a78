"""What may happen: changes of the cluster, and faults that heal after a while."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable

from chaos.damage import damage
from chaos.programs import NODES, Programs, request
from chaos.truth import ADDRESSES, Truth, stamp

_PODS = "/api/v1/namespaces/shop/pods"
_HEALS = 40
"""A fault lasts for at most so many steps."""


class Steps:
    """Does one thing after the other, each with a chance of its own."""

    def __init__(self, programs: Programs, truth: Truth, chance: random.Random) -> None:
        """Starts when all programs run."""
        self.done: Counter[str] = Counter()
        self.healed = time.monotonic()
        """When the last fault was over."""
        self._programs = programs
        self._truth = truth
        self._chance = chance
        self._step = 0
        self._heal: list[tuple[int, Callable[[], None]]] = []
        changes = {
            self.create: 30,
            self.delete: 22,
            self.finish: 8,
            self.relabel: 12,
            self.move: 6,
            self.create_many: 1,
            self.breathe: 6,
        }
        faults = {
            self.kill: 2,
            self.restart: 1,
            self.pause: 2,
            self.cut: 2,
            self.stall: 1,
            self.fault: 2,
            self.damage: 1,
        }
        self._changes = set(changes)
        self._steps = [*changes, *faults]
        self._weights = [*changes.values(), *faults.values()]

    def one(self) -> None:
        """Does one thing."""
        self._step += 1
        for due, heal in [found for found in self._heal if found[0] <= self._step]:
            self._heal.remove((due, heal))
            heal()
            self.healed = time.monotonic()
        step = self._chance.choices(self._steps, self._weights)[0]
        if step in self._changes and "api" in self._programs.paused:
            step = self.breathe  # nobody would take a change in
        step()
        self.done[step.__name__] += 1

    def heal(self) -> None:
        """Ends all faults."""
        for _, heal in self._heal:
            heal()
        self._heal.clear()
        self._ask("DELETE", "/_fake/faults")
        self.healed = time.monotonic()

    # --- the cluster ----------------------------------------------------------

    def _ask(self, verb: str, path: str, body: dict[str, object] | None = None) -> None:
        # What happens while the API server is away, it has in its objects later.
        if self._programs.runs("api") and "api" not in self._programs.paused:
            request(verb, self._programs.api_url + path, body)

    def create(self) -> None:
        """A pod begins."""
        self._ask("POST", _PODS, self._truth.add())

    def create_many(self) -> None:
        """A workload is scaled up."""
        for _ in range(self._chance.randint(20, 120)):
            self.create()

    def delete(self) -> None:
        """A pod is gone."""
        name = self._truth.any()
        if name and (len(self._truth.pods) > ADDRESSES or self._chance.randrange(3)):
            del self._truth.pods[name]
            self._ask("DELETE", f"{_PODS}/{name}")

    def _patch(self, patch: dict[str, object]) -> None:
        name = self._truth.any()
        if name:
            self._truth.change(name, patch)
            self._ask("PATCH", f"{_PODS}/{name}", patch)

    def finish(self) -> None:
        """A pod's containers end."""
        ended = {"terminated": {"startedAt": stamp(), "finishedAt": stamp()}}
        status = [{"name": "c", "state": ended}]
        self._patch({"status": {"phase": "Succeeded", "containerStatuses": status}})

    def relabel(self) -> None:
        """The labels of a pod change."""
        self._patch({"metadata": {"labels": {"turn": str(self._chance.randint(0, 9))}}})

    def move(self) -> None:
        """A pod gets another address."""
        address = f"10.77.0.{self._chance.randint(1, ADDRESSES)}"
        self._patch({"status": {"podIP": address, "podIPs": [{"ip": address}]}})

    def breathe(self) -> None:
        """Nothing happens for a moment."""
        time.sleep(self._chance.random() * 0.05)

    # --- faults ---------------------------------------------------------------

    def _later(self, heal: Callable[[], None]) -> None:
        self._heal.append((self._step + self._chance.randint(1, _HEALS), heal))

    def _victim(self) -> str | None:
        """One that runs; those that hold the cluster together less often."""
        usual = ("api", "daemon", "manager", "worker-1", "worker-2")
        names = usual if self._chance.randrange(10) else NODES
        name = self._chance.choice(names)
        runs = self._programs.runs(name) and name not in self._programs.paused
        return name if runs else None

    def _end(self, number: signal.Signals) -> None:
        name = self._victim()
        if name is None:
            return
        self._programs.end(name, number)
        self._later(lambda: self.start(name))

    def start(self, name: str) -> None:
        """Starts a program that was ended."""
        if name == "api":
            path = self._programs.folder / "objects.json"
            path.write_text(self._truth.text())
        self._programs.start(name)

    def kill(self) -> None:
        """A program dies."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """A program is ended, and started later."""
        self._end(signal.SIGTERM)

    def damage(self) -> None:
        """A node of Zeek dies, and its cache is not what it was when it is back."""
        name = self._chance.choice(NODES)
        if self._programs.runs(name):
            self._programs.end(name, signal.SIGKILL)
            damage(self._programs.cache(name), self._chance)
            self._later(lambda: self.start(name))

    def pause(self) -> None:
        """A program hangs."""
        name = self._victim()
        if name is not None:
            self._programs.pause(name)
            self._later(lambda: self._programs.resume(name))

    def cut(self) -> None:
        """Connections break."""
        self._chance.choice([self._programs.api_joint, self._programs.zeek_joint]).cut()

    def stall(self) -> None:
        """Connections carry nothing, and do not break."""
        joint = self._chance.choice(
            [self._programs.api_joint, self._programs.zeek_joint]
        )
        joint.stall()
        self._later(joint.flow)

    def fault(self) -> None:
        """Lets the API server misbehave for a few requests."""
        settings = self._chance.choice(
            [
                {"cut_after": self._chance.randint(1, 5000)},
                {"status": self._chance.choice([410, 429, 500, 503, 504])},
            ]
        )
        verb = self._chance.choice(["list", "watch"])
        self._ask("POST", "/_fake/faults", {"verb": verb, "times": 2, **settings})
        also = self._chance.choice(["", "drop", "trim/pods"])
        if also:
            self._ask("POST", f"/_fake/{also}", {})

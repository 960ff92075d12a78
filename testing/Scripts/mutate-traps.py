#!/usr/bin/env python3
"""Proves that the tests of each trap fail without its rules.

    python testing/Scripts/mutate-traps.py [t01 t02 ...]

The traps are those that others have fallen into, and that the tests named test_tNN_
in ``tools/tests/pure/test_traps_*.py`` are about. Each rule is taken out of a copy of
the sources, and the tests of its trap are run there: they must fail. Prints a table.
Ends with 1 if they pass without a rule, or if a rule is not found where it should be.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).resolve().parents[2]
SKIPPED = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info")


class Rule(NamedTuple):
    """A rule, and what is there without it."""

    trap: str
    module: str
    rule: str
    without: str


RULES = (
    # Pods that are over.
    Rule("t01", "claims/pods", "if not facts.over:", "if True:"),
    Rule("t01", "claims/pods", "before.over and not facts.over", "False"),
    Rule("t01", "claims/pod_times", "finish + SECOND if", "finish if"),
    Rule("t01", "claims/pod_times", "container.running or container.lost", "False"),
    # Addresses that vanish.
    Rule("t02", "claims/ledger", "if place not in wanted:", "if False:"),
    Rule("t02", "claims/ledger", "told <= claim.end + (", "told < 0 + ("),
    Rule("t02", "claims/ledger", "told <= claim.end + (", "told <= told + ("),
    # Pending pods.
    Rule(
        "t03",
        "claims/pod_facts",
        "status.phase in _OVER",
        'status.phase != "Running"',
    ),
    # Deletion.
    Rule("t04", "claims/facts", "else over - grace", "else over"),
    Rule("t04", "claims/pods", "terminating=facts.terminating,", ""),
    # Two pods, one address.
    Rule("t05", "rules", "self.rank, start,", "self.rank, 0,"),
    # Late deletion: by name instead of by uid.
    Rule(
        "t06",
        "claims/pods",
        """        name = self._mirrors.pop(uid, uid)
        pod = self._pods.get(name)
        # A static pod goes on if its mirror has been replaced.
        if pod is None or pod.object_uid != uid:
""",
        """        named = {pod.owner.pod: name for name, pod in self._pods.items()}
        name = named.get(last.owner.pod if last else "", uid)
        pod = self._pods.get(name)
        if pod is None:
""",
    ),
    # Addresses that change.
    Rule("t07", "claims/pods", "                moved=moved,\n", ""),
    Rule("t07", "claims/pods", "date(wanted, pod.claims, moved)", "wanted"),
    Rule("t07", "claims/pod_places", "or own\n", "\n"),
    Rule("t07", "claims/pod_places", "stamped < again <= now", "False"),
    # The host network.
    Rule("t08", "claims/pod_facts", "() if host else read.addr", "read.addr"),
    Rule("t08", "claims/pod_facts", "not host and _has_address", "_has_address"),
    # Dual stack.
    Rule("t09", "claims/pod_facts", "[ip.ip for ip in obj.status.pod_ips] or", ""),
    Rule(
        "t09", "claims/facts", '"InternalIP", "ExternalIP"', '"InternalIP", "Hostname"'
    ),
    # Secondary networks.
    Rule("t10", "claims/secondary", "if not attachment.default:", "if True:"),
    Rule("t10", "claims/secondary", "yield _named(attachment.name, name)", 'yield ""'),
    Rule("t10", "claims/secondary", "if not network:", "if False:"),
    # Gateways.
    Rule("t11", "claims/facts", "yield from gateways.written", "()  #"),
    Rule("t11", "claims/facts", "yield from gateways.flannel", "()  #"),
    Rule("t11", "claims/facts", "yield from gateways.ovn", "()  #"),
    Rule("t11", "claims/gateways", "in cidrs if backend else ():", "in cidrs:"),
    Rule("t11", "claims/gateways", "if backend in _FLANNEL_TUNNELS:", "if True:"),
    # Starts.
    Rule(
        "t12",
        "claims/pod_times",
        "start=start,",
        "start=begun if start is None else start,",
    ),
    Rule("t12", "claims/pods", "self._restart(pod, before.start, facts)", "pass"),
    # What is gone.
    Rule(
        "t13",
        "claims/pods",
        "pod.claims, now, ended=ended, told=told)",
        "(), now, ended=ended, told=told)",
    ),
    Rule("t13", "claims/inventory", '"deleted" if obj else "missing"', '"deleted"'),
    Rule("t13", "claims/pods", "_described(last, pod.owner)", "last"),
    # Force, and lost nodes.
    Rule("t14", "claims/pods", "told = _told(last, now)", "told = None"),
    Rule("t14", "claims/pod_times", "not _given_up(obj)", "True"),
    Rule("t14", "claims/ledger", "told <= claim.terminating", "False"),
    # Names that come back.
    Rule("t15", "claims/pod_facts", "or metadata.uid,", "or metadata.name,"),
    # Static pods.
    Rule("t16", "claims/pod_facts", 'get(_HASH) if mirror else ""', 'get("") or ""'),
    # Services.
    Rule("t17", "claims/facts", ' if ip != "None"', ""),
    Rule("t17", "claims/facts", 'spec.type != "ExternalName"', "True"),
    Rule(
        "t17",
        "claims/services",
        'wants["", packed, port, proto] = start',
        'wants["", packed, 0, ""] = start',
    ),
    Rule("t17", "rules", '"pod": 2, "service": 1', '"pod": 1, "service": 2'),
    # Who made what.
    Rule("t19", "claims/workload", "if reference.controller:", "if True:"),
    Rule(
        "t19",
        "claims/ledger",
        "return self._update(claim, owner=derive(claim.owner))",
        "return claim",
    ),
    # Clusters.
    Rule("t20", "claims/ledger", "cluster=self._cluster,", 'cluster="",'),
    # Deleted, in the state before.
    Rule("t21", "claims/inventory", '"deleted" if obj', '"finished" if obj'),
    Rule("t21", "claims/pods", "None if last.terminating is None else", ""),
    # Servers that lag behind.
    Rule("t22", "claims/freshness", "or is_older(told, known)", ""),
    Rule("t22", "claims/freshness", "known == _FOR_GOOD or", ""),
    # Pods without their node.
    Rule("t23", "claims/nodes", "if others or not used:", "if True:"),
)


def test(tools: Path, trap: str) -> tuple[bool, int]:
    """Runs the tests of a trap; returns whether all pass, and how many failed."""
    tests = sorted(str(path) for path in (tools / "tests/pure").glob("test_traps_*.py"))
    flags = [
        "-q",
        "--no-header",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-k",
        f"test_{trap}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *flags, *tests],
        cwd=tools,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{trap}: pytest: {done.stdout}{done.stderr}")
    return not done.returncode, done.stdout.count("\nFAILED ")


def verdict(tools: Path, one: Rule) -> tuple[bool, str]:
    """Takes a rule out; returns whether that was noticed, and a few words."""
    path = tools / "k8s_sync" / f"{one.module}.py"
    source = path.read_text()
    if source.count(one.rule) != 1:
        return False, f"found {source.count(one.rule)} times"
    path.write_text(source.replace(one.rule, one.without))
    try:
        passed, failed = test(tools, one.trap)
    finally:
        path.write_text(source)
    return not passed, "NOT NOTICED" if passed else f"{failed} failed"


def main() -> int:
    """Tries all rules, or those of the traps that are named."""
    wanted = sys.argv[1:] or sorted({one.trap for one in RULES})
    missed = 0
    with tempfile.TemporaryDirectory() as scratch:
        tools = Path(scratch) / "tools"
        shutil.copytree(TOP / "tools", tools, ignore=SKIPPED)
        (Path(scratch) / "testing").symlink_to(TOP / "testing")
        for trap in wanted:
            if not test(tools, trap)[0]:
                raise SystemExit(f"{trap}: fails with all its rules")
            for one in (one for one in RULES if one.trap == trap):
                noticed, words = verdict(tools, one)
                missed += not noticed
                rule = " ".join(one.rule.split())[:48]
                print(f"{trap}  {one.module:18} {rule:48}  {words}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

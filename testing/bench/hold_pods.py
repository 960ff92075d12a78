"""Takes in so many pods as the daemon does, and says what that took.

    python hold_pods.py PODS

Lists of pods, and of a service and a slice for each workload, come as bytes from
another process, so that making them leaves no traces in this one. Decoding them,
making claims and keeping these counts. The first page warms up and does not count.
"""

import ctypes
import gc
import json
import pickle
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import full_objects
from k8s_sync import garbage
from k8s_sync.claims.inventory import Inventory
from k8s_sync.daemon.store import Store
from k8s_sync.kube.decode import Decoder
from k8s_sync.kube.objects import Object

PAGE = 500
_NOW = 1_800_000_000_000_000


def _resident() -> int:
    """Bytes of memory, without what is free and can be given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS")


def _make(count: int) -> None:
    """Writes pages to standard output; there is nothing after the last."""
    for page in full_objects.pages(count, PAGE):
        lists = full_objects.services(json.loads(page)["items"])
        pickle.dump({**lists, "pods": page}, sys.stdout.buffer)
    pickle.dump(None, sys.stdout.buffer)


def _take(count: int, pages: subprocess.Popen[bytes]) -> None:
    assert pages.stdout is not None
    store = Store("production", _NOW, lambda: _NOW)
    garbage.look_seldom()  # as the daemon does
    inventory = Inventory("production", revise=store.revise)
    decoder = Decoder()
    cpu = 0.0
    size = before = 0
    while page := pickle.load(pages.stdout):  # noqa: S301 -- our own
        began = time.process_time()
        for resource, body in page.items():
            for obj in decoder.page(body).items:
                if isinstance(obj, Object):
                    store.tell(inventory.apply(resource, obj, _NOW))
        if before:
            cpu += time.process_time() - began
            size += len(page["pods"])
        del page, body, obj
        before = before or _resident()
    kept = (_resident() - before) / count
    found = len(list(store.timeline)) - PAGE
    said = {"cpu": cpu, "kept": kept, "size": size / count, "claims": found}
    print(json.dumps(said))


def main() -> None:
    """Makes the pages, or takes them in."""
    count = int(sys.argv[1])
    if sys.argv[2:]:
        _make(count + PAGE)
        return
    command = [sys.executable, __file__, str(count), "make"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as pages:
        _take(count, pages)


if __name__ == "__main__":
    main()

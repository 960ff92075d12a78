"""Finds a real kube-apiserver and etcd, in the places where Go's envtest puts them.

They are looked for in ``$KUBEBUILDER_ASSETS``, on PATH, and in the folder that
kubebuilder's own tools take by default.
"""

import os
import shutil
from pathlib import Path

PROGRAMS = ("kube-apiserver", "etcd")
FOLDER = "/usr/local/kubebuilder/bin"
TO_INSTALL = (
    f"put them on PATH or into {FOLDER}, or set KUBEBUILDER_ASSETS"
    " (to what `setup-envtest use -p path` prints)"
)


def find() -> dict[str, Path]:
    """Returns the programs that there are, by name."""
    places = [os.environ.get("KUBEBUILDER_ASSETS", ""), os.environ["PATH"], FOLDER]
    path = os.pathsep.join(filter(None, places))
    found = {name: shutil.which(name, path=path) for name in PROGRAMS}
    return {name: Path(place) for name, place in found.items() if place}


def lacking() -> str:
    """Says what is missing and what to do; empty if nothing is."""
    missing = [name for name in PROGRAMS if name not in find()]
    return f"no {' and no '.join(missing)}: {TO_INSTALL}" if missing else ""

"""The files of scenarios: finds and reads them, and writes what is made of them."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from k8s_btest import seeds
from k8s_btest.errors import BtestError, CaptureMissingError, ScenarioError
from k8s_btest.render import Source
from k8s_btest.scenario import Scenario, read
from k8s_sync.errors import SyncError
from k8s_sync.kube import files
from k8s_sync.kube.objects import Object

_CFG = """\
[btest]
TestDirs    = {names}
TmpDir      = %(testbase)s/.tmp
IgnoreDirs  = .tmp
IgnoreFiles = *.json *.log *.pcap

[environment]
ZEEK_SEED_FILE = %(testbase)s/{seed}
"""
_CAPTURES = "K8S_BTEST_CAPTURES"
_CHECKOUT = Path(__file__).resolve().parents[2]
FOLDERS = (
    _CHECKOUT / "testing" / "Traces",
    _CHECKOUT.parent / "shared" / "pcaps",
)
"""Where captures are looked for, beside the folder of the scenario."""


def names(paths: Iterable[Path], options: str | None = None) -> list[tuple[str, Path]]:
    """Finds scenarios in files and folders, and names each after where it is.

    Args:
        paths: The files and folders.
        options: A site's file of options, which may lie in such a folder, too.

    Raises:
        ScenarioError: There is none.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            found_here = sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")])
            inside = [
                one for one in found_here if not options or not one.samefile(options)
            ]
            if not inside:
                raise ScenarioError(
                    f"{path}: no scenarios (*.yaml) in this folder; make one:"
                    " k8s-btest new my-scenario.yaml"
                )
        elif path.exists():
            inside = [path]
        else:
            raise ScenarioError(f"{path}: no such scenario; make one: k8s-btest new")
        top = path if path.is_dir() else path.parent
        for one in inside:
            name = ".".join(one.relative_to(top).with_suffix("").parts)
            while name in found and found[name] != one:
                name += "-2"
            found[name] = one
    return list(found.items())


def scenario(path: Path) -> Scenario:
    """Reads a scenario.

    Raises:
        ScenarioError: It is none.
    """
    try:
        return read(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeError) as error:
        raise ScenarioError(f"{path}: cannot be read: {error}") from None


def load(name: str, path: Path, scenario: Scenario, folders: Iterable[Path]) -> Source:
    """Reads the files that a scenario names.

    Args:
        name: Of the scenario.
        path: Its file.
        scenario: What it says.
        folders: Where else to look for captures.

    Raises:
        ScenarioError: A file of objects is none.
        CaptureMissingError: A capture is not on this machine.
    """
    found: list[tuple[str, Object]] = []
    for file in scenario.cluster.objects:
        try:
            read_objects = files.read_file(str(path.parent / file), _refuse)
            found += [(one.resource, one.object) for one in read_objects]
        except SyncError as error:
            raise ScenarioError(f"{path}: cluster.objects: {error}") from None
    captures = {
        item.capture.file: _capture(item.capture.file, path, folders)
        for item in scenario.traffic
        if item.capture
    }
    return Source(name, path, scenario, found, captures)


def write(folder: Path, rendered: Mapping[str, Iterable[tuple[str, bytes]]]) -> None:
    """Writes scenarios below a folder, and what runs them: btest.cfg, and a seed.

    Raises:
        BtestError: It cannot be written.
    """
    try:
        for name, contents in rendered.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            for file, data in contents:
                (folder / name / file).write_bytes(data)
        text = _CFG.format(names=" ".join(rendered), seed=seeds.FILE)
        (folder / "btest.cfg").write_text(text, encoding="utf-8")
    except OSError as error:
        raise BtestError(f"{folder}: cannot be written: {error}") from None
    seeds.write(folder, seeds.USUAL)


def _capture(name: str, path: Path, folders: Iterable[Path]) -> bytes:
    said = os.environ.get(_CAPTURES, "")
    more = [Path(folder) for folder in said.split(os.pathsep) if folder]
    tried = [path.parent, *folders, *more, *FOLDERS]
    for folder in tried:
        if (folder / name).is_file():
            return (folder / name).read_bytes()
    raise CaptureMissingError(
        f"the capture {name} is not here; name its folder: --captures or {_CAPTURES}"
    )


def _refuse(problem: str) -> None:
    raise ScenarioError(f"cluster.objects: {problem}")

"""Where a configuration's values are written down: environment and files.

This module knows names of keys, but not what may be in them.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from k8s_sync.errors import ConfigError

PREFIX = "K8S_SYNC_"
FILE_VARIABLE = "K8S_SYNC_CONFIG"
"""Names the file, where no flag does."""
# Kubernetes itself sets these in every pod beside a service named k8s-sync.
_OF_SERVICE = re.compile(r"K8S_SYNC_(SERVICE_(HOST|PORT(_.*)?)|PORT(_\d+_.*)?)")


def from_environment(
    environ: Mapping[str, str], names: Iterable[str], lists: Iterable[str]
) -> dict[str, Any]:
    """Reads the environment.

    Args:
        environ: All variables; those without our prefix are passed over.
        names: The keys that there are.
        lists: Those of them with several values, with commas in between.

    Raises:
        ConfigError: There is a variable with our prefix but without a key.
    """
    by_variable = {PREFIX + name.upper(): name for name in names}
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or _OF_SERVICE.fullmatch(variable):
            continue
        name = by_variable.get(variable)
        if name is not None:
            values[name] = _split(text) if name in lists else text
        elif variable != FILE_VARIABLE:
            known = [*by_variable, FILE_VARIABLE]
            raise ConfigError(f"{variable}: {unknown('variable', variable, known)}")
    return values


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def from_file(file: str, names: Iterable[str]) -> dict[str, Any]:
    """Reads a file: YAML, TOML or JSON by its suffix.

    Raises:
        ConfigError: It cannot be read, or has a key that is not among `names`.
    """
    parse = _PARSERS.get(Path(file).suffix.lower())
    if parse is None:
        raise ConfigError(f"{file}: the name must end in {', '.join(_PARSERS)}")
    try:
        values = parse(Path(file).read_bytes())
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from error
    except (ValueError, msgspec.DecodeError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{file}: {reason}") from error
    if values is None:  # an empty file
        return {}
    if not isinstance(values, dict):
        raise ConfigError(f"{file}: must hold keys with values")
    known = list(names)
    for name in values:
        if name not in known:
            raise ConfigError(f"{file}: {name}: {unknown('key', str(name), known)}")
    return values


def _toml(data: bytes) -> Any:  # noqa: ANN401 -- anything is what it can be
    return tomllib.loads(data.decode())


def _yaml(data: bytes) -> Any:  # noqa: ANN401
    import yaml  # noqa: PLC0415 -- slow to load, and rarely needed

    try:
        return yaml.safe_load(data)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


_PARSERS: dict[str, Callable[[bytes], Any]] = {
    ".yaml": _yaml,
    ".yml": _yaml,
    ".toml": _toml,
    ".json": msgspec.json.decode,
}


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Says that there is no such name, and which one may be meant."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"unknown {what}" + (f"; did you mean {near[0]}?" if near else "")

"""Command line flags made from the keys of the configuration."""

import argparse
import os
from typing import Any

from k8s_sync import config
from k8s_sync.config import Key, keys


def add(parser: argparse.ArgumentParser) -> None:
    """Adds a flag for each key, and those that speak of the configuration itself."""
    group = parser.add_argument_group(
        "configuration",
        "Each flag is also an environment variable (--log-level: K8S_SYNC_LOG_LEVEL;"
        " lists with commas) and a key of the file (log_level). Flags count most, then"
        " variables, then the file. Only the file can list several clusters.",
    )
    group.add_argument(
        "--config",
        metavar="FILE",
        help="file with the configuration: .yaml, .toml or .json",
    )
    group.add_argument(
        "--print-config",
        action="store_true",
        help="print what is in effect and where it comes from, then end",
    )
    for key in keys():
        if not key.only_in_file:
            group.add_argument(key.flag, **_arguments(key))


def _arguments(key: Key) -> dict[str, Any]:
    text = key.help.replace("%", "%%")
    arguments: dict[str, Any] = {"dest": key.name, "default": None, "help": text}
    if key.type is bool:
        return {**arguments, "action": argparse.BooleanOptionalAction}
    if key.default not in ("", ()):
        shown = ", ".join(key.default) if key.is_list else key.default
        arguments["help"] = f"{text} [{shown}]"
    arguments["metavar"] = key.name.rpartition("_")[2].upper()
    if key.is_list:
        arguments["action"] = "append"
    if key.choices:
        arguments["choices"] = key.choices
        arguments["metavar"] = "|".join(key.choices)
    return arguments


def load(args: argparse.Namespace) -> config.Loaded:
    """Puts the configuration together.

    Raises:
        ConfigError: Something in it is wrong.
    """
    values = {key.name: getattr(args, key.name, None) for key in keys()}
    return config.load(values, os.environ, args.config)

"""YAML as a person means it: ``on`` is a word, ``22:30`` and dates are text.

YAML 1.1, which PyYAML reads, takes them for a boolean, a number of minutes and a time.
"""

import re

import yaml


class _Loader(yaml.SafeLoader):
    """Knows true, false, null, and decimal numbers; all else is text."""


_TAG = "tag:yaml.org,2002:"
_RULES = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("merge", r"<<", "<"),
)
_Loader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in _RULES:
    _Loader.add_implicit_resolver(
        f"{_TAG}{_name}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def load(text: str) -> tuple[yaml.Node | None, object]:
    """Reads one document.

    Returns:
        Its nodes, which know where they are, and what it says.

    Raises:
        yaml.YAMLError: It is none.
        ValueError: A value in it is none.
    """
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        return root, loader.construct_document(root) if root else None
    finally:
        loader.dispose()

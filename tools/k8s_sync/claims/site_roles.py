"""A site's own roles: which workloads have them, in a file of rules.

    - role: scraper                      # gives a role, one of ours or a new one
      namespace: monitoring
      workload: Deployment/pulse-*
    - without: node_agent                # takes one away that we would give
      namespace: kube-system
      labels: {app: legacy}

Whatever a rule says must fit; texts may have ``*`` and ``?``, and a list fits if one of
it does. Rules count in their order, after ours.
"""

import re
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from k8s_sync.claims.subject import Subject
from k8s_sync.errors import ConfigError

Pattern = str | tuple[str, ...]

_WORD = re.compile(r"[a-z][a-z0-9_]*")


class SiteRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule of the file."""

    role: str = ""
    without: str = ""
    kind: Literal["pod", "node", "service", ""] = ""
    namespace: Pattern = ()
    name: Pattern = ()
    """Of a node or a service; of a workload without its kind."""
    workload: Pattern = ()
    """As ``Kind/name``."""
    service_account: Pattern = ()
    """With or without its namespace: ``backup`` or ``tools/backup``."""
    labels: dict[str, str] = {}
    images: Pattern = ()
    """Without registry, tag and digest: ``shop/web``."""
    host_network: bool | None = None

    def __post_init__(self) -> None:
        """Refuses a rule that does nothing, or fits everything."""
        if bool(self.role) == bool(self.without):
            raise ValueError("needs either role or without")
        for word in (self.role, self.without):
            if word and not _WORD.fullmatch(word):
                raise ValueError(f"'{word}' is no role: use a-z, 0-9 and _")
        named = (self.namespace, self.name, self.workload, self.service_account)
        if not (any(named) or self.labels or self.images or self.host_network):
            raise ValueError("fits everything: say whom it is for")

    def fits(self, subject: Subject) -> bool:
        """Tells whether all that the rule says is so."""
        account = subject.service_account
        return (
            self.kind in ("", subject.kind)
            and self.host_network in (None, subject.host_network)
            and _fits(self.namespace, subject.namespace)
            and _fits(self.name, subject.name)
            and _fits(self.workload, f"{subject.workload_kind}/{subject.name}")
            and _fits(self.service_account, account, f"{subject.namespace}/{account}")
            and _fits(self.images, *subject.images)
            and all(
                _fits(f"{key}={value}", *subject.labels)
                for key, value in self.labels.items()
            )
        )


def _fits(pattern: Pattern, *values: str) -> bool:
    patterns = (pattern,) if isinstance(pattern, str) else pattern
    return not patterns or any(
        fnmatchcase(value, one) for one in patterns for value in values
    )


def parse(text: str, file: str) -> tuple[SiteRule, ...]:
    """Reads rules.

    Args:
        text: YAML.
        file: Its name, for messages.

    Raises:
        ConfigError: Something in it is wrong; says in which line.
    """
    import yaml  # noqa: PLC0415 -- slow to load, and rarely needed

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f"{file}:{mark.line + 1}" if mark else file
        what = getattr(error, "problem", None) or " ".join(str(error).split())
        raise ConfigError(f"{at}: no YAML: {what}") from None
    if root is None:  # an empty file
        return ()
    if not isinstance(root, yaml.SequenceNode):
        raise ConfigError(f"{file}:1: must be a list of rules, each with a role")
    rules = []
    for node, value in zip(root.value, found, strict=True):
        try:
            rules.append(msgspec.convert(value, SiteRule))
        except msgspec.ValidationError as error:
            line = node.start_mark.line + 1
            raise ConfigError(f"{file}:{line}: {_explain(str(error))}") from None
    return tuple(rules)


def _explain(error: str) -> str:
    """Says it in the words of the file: msgspec speaks of objects and of ``$.key``."""
    return error.replace(" - at `$.", ": `").replace("Object contains", "has")

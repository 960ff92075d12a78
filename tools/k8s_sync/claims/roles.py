"""What an owner is for, in one short word each, derived from its metadata.

Detections test these words and never names.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from k8s_sync.claims.role_rules import RULES
from k8s_sync.claims.site_roles import SiteRule
from k8s_sync.claims.subject import Subject, application, repository


class Derive(Protocol):
    """Tells the roles of an owner."""

    def __call__(  # noqa: PLR0913 -- all of the metadata, by name
        self,
        *,
        kind: str = "pod",
        namespace: str = "",
        name: str = "",
        workload: str = "",
        host_network: bool = False,
        service_account: str = "",
        labels: tuple[str, ...] = (),
        images: tuple[str, ...] = (),
    ) -> tuple[str, ...]:
        """Derives the roles of an owner.

        Args:
            kind: ``pod``, ``node`` or ``service``.
            namespace: Its namespace.
            name: A service's or node's name; unused for pods.
            workload: A pod's, as ``Kind/name``.
            host_network: It uses its node's network.
            service_account: As whom it talks to the API server.
            labels: ``key=value``.
            images: As they were asked for, with registry and tag.

        Returns:
            The words, sorted, each once.
        """


def deriving(site: Iterable[SiteRule] = ()) -> Derive:
    """Makes a function that knows the usual roles and those of a site."""
    own = tuple(site)

    @lru_cache(maxsize=1 << 10)
    def derive(  # noqa: PLR0913
        *,
        kind: str = "pod",
        namespace: str = "",
        name: str = "",
        workload: str = "",
        host_network: bool = False,
        service_account: str = "",
        labels: tuple[str, ...] = (),
        images: tuple[str, ...] = (),
    ) -> tuple[str, ...]:
        workload_kind, _, workload_name = workload.partition("/")
        subject = Subject(
            kind=kind,
            namespace=namespace,
            name=workload_name or name,
            workload_kind=workload_kind,
            host_network=host_network,
            service_account=service_account,
            labels=frozenset(labels),
            app=application(labels),
            images=tuple(map(repository, images)),
        )
        found = {role for role, tests in RULES if any(test(subject) for test in tests)}
        for rule in own:
            if rule.fits(subject):
                found |= {rule.role} if rule.role else set()
                found -= {rule.without} if rule.without else set()
        return tuple(sorted(found))

    return derive


roles = deriving()
"""The usual roles, without a site's own."""

"""Which services select a pod."""

from collections import defaultdict
from collections.abc import Collection, Mapping

Labels = tuple[str, ...]

_REMEMBERED = 1 << 10
_NONE: Mapping[str, tuple[Labels, str]] = {}


def selects(selector: Collection[str], labels: Collection[str]) -> bool:
    """Tells whether labels have all that a selector asks for, if it asks at all."""
    return bool(selector) and all(label in labels for label in selector)


class Selectors:
    """The selectors of all services.

    They are found by one of their labels each, so that a pod is compared only with
    services that are likely to select it.
    """

    def __init__(self) -> None:
        self._by_label: defaultdict[str, dict[str, dict[str, tuple[Labels, str]]]]
        self._by_label = defaultdict(dict)
        # Pods of a workload have the same labels, so this is asked many times over.
        self._found: dict[tuple[str, Labels], tuple[str, ...]] = {}

    def add(self, namespace: str, uid: str, selector: Labels, name: str) -> None:
        """Adds a service; one without a selector selects nothing."""
        if selector:
            self._found.clear()
            found = self._by_label[namespace].setdefault(selector[0], {})
            found[uid] = selector, name

    def remove(self, namespace: str, uid: str, selector: Labels) -> None:
        """Removes a service that was added with just this selector."""
        if selector:
            self._found.clear()
            here = self._by_label[namespace]
            del here[selector[0]][uid]
            if not here[selector[0]]:
                del here[selector[0]]
            if not here:
                del self._by_label[namespace]

    def services(self, namespace: str, labels: Labels) -> tuple[str, ...]:
        """Names the services that select a pod."""
        asked = namespace, labels
        found = self._found.get(asked)
        if found is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[asked] = tuple(self._select(namespace, labels))
        return found

    def _select(self, namespace: str, labels: Labels) -> dict[str, None]:
        # One may be there twice: a new one, and the one whose name it has.
        names: dict[str, None] = {}
        if here := self._by_label.get(namespace):
            for label in labels:
                for selector, name in here.get(label, _NONE).values():
                    if selects(selector, labels):
                        names[name] = None
        return names

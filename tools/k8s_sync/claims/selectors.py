"""Which services select a pod."""

from collections import defaultdict
from collections.abc import Collection

Labels = tuple[str, ...]


def selects(selector: Collection[str], labels: Collection[str]) -> bool:
    """Tells whether labels have all that a selector asks for, if it asks at all."""
    return bool(selector) and all(label in labels for label in selector)


class Selectors:
    """The selectors of all services.

    They are found by one of their labels each, so that a pod is compared only with
    services that are likely to select it.
    """

    def __init__(self) -> None:
        self._by_label: defaultdict[tuple[str, str], dict[str, tuple[Labels, str]]]
        self._by_label = defaultdict(dict)

    def add(self, namespace: str, uid: str, selector: Labels, name: str) -> None:
        """Adds a service; one without a selector selects nothing."""
        if selector:
            self._by_label[namespace, selector[0]][uid] = selector, name

    def remove(self, namespace: str, uid: str, selector: Labels) -> None:
        """Removes a service that was added with just this selector."""
        if selector:
            index = namespace, selector[0]
            del self._by_label[index][uid]
            if not self._by_label[index]:
                del self._by_label[index]

    def services(self, namespace: str, labels: Labels) -> list[str]:
        """Names the services that select a pod."""
        # One may be there twice: a new one, and the one whose name it has.
        return [
            *{
                name: None
                for label in labels
                for selector, name in self._by_label.get(
                    (namespace, label), {}
                ).values()
                if selects(selector, labels)
            }
        ]

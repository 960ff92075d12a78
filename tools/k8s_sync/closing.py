"""What is closed when the block of a ``with`` ends, however it ends."""

from abc import ABC, abstractmethod
from typing import Self


class Closing(ABC):
    """A context manager of itself."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Gives back what it holds."""

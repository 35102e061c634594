"""How a long run tells what it is doing."""

from typing import Protocol


class Progress(Protocol):
    """Hears which phase begins and how far it is."""

    def phase(self, name: str) -> None:
        """Another phase begins; the one before is over."""

    def done(self, count: int, total: int) -> None:
        """How far the phase is; phases of a single step do not say."""


class Silent:
    """Nobody listens."""

    def phase(self, name: str) -> None:
        """Does nothing."""

    def done(self, count: int, total: int) -> None:
        """Does nothing."""

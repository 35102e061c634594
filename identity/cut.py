"""How a person may be shown: whole when she allowed to join channels, else one profile for each channel.

Invariant: consent belongs to the records it came with and is read over all records of the person, newest
first; of two statements from one moment the withdrawal counts. Cutting never changes who a person is.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

T = TypeVar("T")


class Statement(Protocol):
    """A shopper's word about a purpose."""

    @property
    def granted(self) -> bool:
        """Yes or no."""

    @property
    def at(self) -> datetime:
        """When she said it."""


def newest(words: Iterable[Statement | None]) -> bool | None:
    """The word that counts; None when nothing was said."""
    said = [word for word in words if word is not None]
    return max(said, key=lambda word: (word.at, not word.granted)).granted if said else None


def parts(
    channel_of: Mapping[T, str], joining: Iterable[Statement | None]
) -> list[tuple[str | None, list[T]]]:
    """The records of a person by profile, with the profile's channel; None when the person is shown whole."""
    channels = sorted(set(channel_of.values()))
    if len(channels) == 1 or newest(joining):
        return [(None, list(channel_of))]
    return [(channel, [each for each, its in channel_of.items() if its == channel]) for channel in channels]


def allows_personal(offers: Iterable[Statement | None], joining: Iterable[Statement | None]) -> bool:
    """Whether offers may be personal: the newest word about them, else the one about joining channels."""
    said = newest(offers)
    return bool(newest(joining) if said is None else said)

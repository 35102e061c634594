"""Shapes are learnt before the first request.

msgspec works out what a class is made of when it first meets it, and marks it as known before it is done: of
two threads that meet it at once, one crashes the process. So every shape that requests are read as is learnt
while its module is imported, by one thread.
"""

from typing import TypeVar

import msgspec

T = TypeVar("T")


def learnt(shape: type[T]) -> type[T]:
    """The class, with all that it is made of learnt."""
    msgspec.json.Decoder(shape)
    return shape

"""Reading a till's body fast, and refusing it thoroughly.

The decoder stops at the first thing wrong and words it for machines; so what it refuses is loaded once more
through the published schema, which names every place and says what to do.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from marshmallow import Schema

from gateway.wire.decoded import Shape, decoded
from gateway.wire.learnt import learnt
from gateway.wire.problems import Place, Problem

T = TypeVar("T", bound=Shape)


def decoder(kind: type[T], schema: type[Schema]) -> Callable[[Any], T]:
    """A function from JSON values to this shape. It raises marshmallow's ValidationError."""
    published, known = schema(), learnt(kind)

    def decode(body: Any) -> T:
        try:
            return decoded(known, body)
        except msgspec.ValidationError as error:
            published.load(body)
            # Both agree on what to refuse, or a test fails; whoever meets the gap still gets an answer.
            raise Problem("invalid", str(error), places=(Place("", str(error)),)) from error

    return decode

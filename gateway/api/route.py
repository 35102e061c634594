"""What is declared about a route, as a value: it is served, and described in OpenAPI, by this alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from marshmallow import Schema

from gateway.access.security import Scope

Method = Literal["GET", "POST", "PUT", "DELETE"]
Writes = Literal["nothing", "once", "natural", "many"]
"""`once`: changes something, so an Idempotency-Key is required. `natural`: what it carries is its own key.
`many`: as `natural`, but the view opens a transaction for each of its parts.
"""

Decode = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What was declared about a route; the matrix test reads it from the view function."""

    method: Method
    scopes: frozenset[Scope]
    writes: Writes
    body: type[Schema] | None
    query: type[Schema] | None
    decode: Decode | None
    raw: bool
    most_bytes: int
    loader: Schema | None = None
    """Made once: making a schema costs more than loading with it, and loading keeps nothing in it."""
    asker: Schema | None = None

"""How values look in answers: times with Z, identifiers masked unless the caller may read them."""

from typing import Any

from gateway.wire.moments import rfc3339
from identity.answers import IdentifierView

moment_of = rfc3339

SHOWN_OF_MASKED = 2
"""How many characters of a masked value stay readable, at its end."""


def masked(value: str) -> str:
    """Just enough of a value to recognise one's own."""
    if len(value) <= SHOWN_OF_MASKED * 2:
        return ".." + "*" * len(value)
    return ".." + value[-SHOWN_OF_MASKED:]


def masked_identifier(found: IdentifierView, *, readable: bool) -> dict[str, Any]:
    """An identifier as this caller may see it."""
    return {
        "type": found.type,
        "value": found.value if readable else masked(found.value),
        "assurance": found.assurance.name.lower(),
        "valid_from": moment_of(found.valid_from),
        "valid_to": moment_of(found.valid_to),
    }

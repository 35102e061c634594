"""Documents that marketers write, as JSON or YAML: how a route tells of them, and how a body becomes one."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from marshmallow import Schema

from gateway.wire import body as bodies
from gateway.wire.problems import Place, Problem, invalid
from offers.marketing.campaign_reader import Problem as Mistake
from offers.marketing.campaign_reader import Problems

YAML_TYPES = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})

Found = TypeVar("Found")


def described(schema: type[Schema]) -> dict[str, Any]:
    """What the published description says of a body that may be either."""
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema},
                "application/yaml": {"schema": {"type": "string"}},
            },
        }
    }


def parsed(
    mimetype: str, raw: bytes, parse: Callable[[str | Mapping[str, object]], Found | Problems]
) -> Found:
    """What a body describes. Raises Problem naming everything that is wrong with it."""
    if mimetype in YAML_TYPES:
        found = parse(_text(raw))
    elif mimetype in bodies.JSON_TYPES:
        document = bodies.parsed(raw)
        if not isinstance(document, dict):
            raise invalid(Place("", "must be an object"), of="document")
        found = parse(document)
    else:
        raise Problem("unsupported_media_type", "Send application/json or application/yaml.")
    if isinstance(found, Problems):
        raise invalid(*map(_place, found.found), of="document")
    return found


def _place(one: Mistake) -> Place:
    sentence = f"line {one.line}: {one.sentence}" if one.line else one.sentence
    return Place(f"/{one.path.replace('.', '/')}", sentence)


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("malformed_body", "The document is not UTF-8.") from None
    if "\x00" in text:
        raise Problem("malformed_body", "The document holds a NUL character; remove it.")
    return text

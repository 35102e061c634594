"""What a route's declaration becomes in the OpenAPI document."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from marshmallow import Schema

from gateway.api.problem_schema import ProblemSchema
from gateway.api.route import Route
from gateway.wire.examples import examples_of

REFUSED: Final = {"4XX": "A refusal; branch on `code`.", "503": "Busy; ask again after `Retry-After`."}
"""What every guarded route may answer instead. One range: which status it is follows from the code."""


def describe(
    view: Callable[..., Any],
    *,
    route: Route,
    answers: Mapping[int, type[Schema] | None],
    more: Mapping[str, Any],
) -> None:
    """Attach the route's operation to its view, where flask-smorest looks for it."""
    name = view.__name__
    operation: dict[str, Any] = {
        "operationId": name,
        "security": [{"key": sorted(scope.value for scope in route.scopes)}],
        "responses": _responses(name, answers),
        "parameters": _parameters(route),
    }
    if route.body is not None:
        content: dict[str, Any] = {"schema": route.body}
        requests = examples_of(name, "request")
        if requests:
            content["examples"] = requests
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    operation |= {**more, "responses": operation["responses"] | more.get("responses", {})}
    view._apidoc = {"manual_doc": operation}  # type: ignore[attr-defined]  # noqa: SLF001


def _responses(name: str, answers: Mapping[int, type[Schema] | None]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, schema in answers.items():
        answer: dict[str, Any] = {"description": "Done."}
        if schema is not None:
            content: dict[str, Any] = {"schema": schema}
            shown = examples_of(name, "response", status=status)
            if shown:
                content["examples"] = shown
            answer["content"] = {"application/json": content}
        found[str(status)] = answer
    for refused, sentence in REFUSED.items():
        found[refused] = {
            "description": sentence,
            "content": {"application/problem+json": {"schema": ProblemSchema}},
        }
    return found


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if route.query is not None:
        found.append({"in": "query", "schema": route.query})
    if route.writes == "once":
        found.append(
            {
                "in": "header",
                "name": "Idempotency-Key",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[A-Za-z0-9_-]+$"},
                "description": "A random value for every new call, the same again when it is repeated.",
            }
        )
    return found

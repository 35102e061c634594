"""The documentation a person reads: `/docs`, `/openapi.json` and `/problems`, all without the internet.

The page is drawn here from the same document that machines read, as plain HTML: nothing is loaded from
elsewhere and nothing needs a script.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from flask import Blueprint, Flask, render_template
from markupsafe import Markup, escape
from werkzeug import Response

from gateway.pages import assets
from gateway.pages.headers import PAGE_HEADERS
from gateway.wire.problems import KINDS

METHODS = ("get", "put", "post", "delete")
MAX_NESTING = 6


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a body, as a row: how deep it lies, what it may be, what it means."""

    depth: int
    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Body:
    """A request's or an answer's body."""

    status: str
    about: str
    mimetype: str
    members: tuple[Member, ...]
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One route."""

    anchor: str
    method: str
    path: str
    summary: str
    about: str
    scopes: tuple[str, ...]
    parameters: tuple[Member, ...]
    request: Body | None
    answers: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The routes of one resource."""

    name: str
    about: str
    operations: tuple[Operation, ...]


def register(app: Flask, described: Callable[[], dict[str, Any]]) -> None:
    """Add the pages. Each is made once, when somebody asks: routes do not change while the process runs."""
    blueprint = Blueprint("docs", __name__, template_folder="templates")

    @cache
    def written() -> bytes:
        return orjson.dumps(described(), option=orjson.OPT_INDENT_2)

    @cache
    def documented() -> str:
        return _page(described())

    @cache
    def explained() -> str:
        return render_template("docs/problems.html", asset=assets.address, problems=KINDS)

    @blueprint.get("/openapi.json")
    def openapi_json() -> Response:
        return Response(written(), mimetype="application/json")

    @blueprint.get("/docs")
    def docs() -> Response:
        return _shown(documented())

    @blueprint.get("/problems")
    @blueprint.get("/problems/<code>")
    def problems(code: str | None = None) -> Response:
        del code  # the page marks it by its fragment; every code is on it
        return _shown(explained())

    app.add_template_filter(marked)
    app.register_blueprint(blueprint)


def _shown(page: str) -> Response:
    answer = Response(page, mimetype="text/html")
    answer.headers.update(PAGE_HEADERS)
    return answer


def _page(document: dict[str, Any]) -> str:
    return render_template(
        "docs/page.html",
        asset=assets.address,
        info=document["info"],
        sections=tuple(sections(document)),
        problems=KINDS,
    )


def marked(text: str) -> Markup:
    """Text in which what stands between backticks is shown as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup().join(
        Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts)
    )


def sections(document: dict[str, Any]) -> Iterator[Section]:
    """The document's routes by resource, in the document's order."""
    reader = _Reader(document.get("components", {}).get("schemas", {}))
    for tag in document.get("tags", []):
        operations = tuple(
            reader.operation(method, path, item[method])
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item and tag["name"] in item[method].get("tags", [])
        )
        if operations:
            yield Section(tag["name"].replace("_", " "), tag.get("description", ""), operations)


class _Reader:
    """Reads operations; knows the schemas they refer to."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self._schemas = schemas

    def operation(self, method: str, path: str, sent: dict[str, Any]) -> Operation:
        scopes = [scope for need in sent.get("security", []) for scopes in need.values() for scope in scopes]
        return Operation(
            anchor=sent.get("operationId", f"{method}{path}"),
            method=method.upper(),
            path=path,
            summary=sent.get("summary", ""),
            about=sent.get("description", ""),
            scopes=tuple(dict.fromkeys(scopes)),
            parameters=tuple(self._parameter(one) for one in sent.get("parameters", [])),
            request=next(self._bodies("", sent["requestBody"]), None) if "requestBody" in sent else None,
            answers=tuple(
                body
                for status, answer in sent["responses"].items()
                if status < "300"
                for body in (list(self._bodies(status, answer)) or [_empty(status, answer)])
            ),
        )

    def _parameter(self, sent: dict[str, Any]) -> Member:
        return Member(
            depth=0,
            name=f"{sent['name']} ({sent['in']})",
            kind=self._kind(sent.get("schema", {})),
            required=bool(sent.get("required")),
            about=sent.get("description", ""),
        )

    def _bodies(self, status: str, sent: dict[str, Any]) -> Iterator[Body]:
        for mimetype, content in sent.get("content", {}).items():
            yield Body(
                status=status,
                about=sent.get("description", ""),
                mimetype=mimetype,
                members=tuple(self._members(content.get("schema", {}), depth=0)),
                examples=tuple(
                    (one.get("summary", name), _pretty(one["value"]))
                    for name, one in content.get("examples", {}).items()
                ),
            )

    def _members(self, schema: dict[str, Any], *, depth: int) -> Iterator[Member]:
        found = self._resolved(schema)
        if depth > MAX_NESTING:
            return
        for name, inner in found.get("properties", {}).items():
            yield Member(
                depth=depth,
                name=name,
                kind=self._kind(inner),
                required=name in found.get("required", []),
                about=self._resolved(inner).get("description", "") or inner.get("description", ""),
            )
            yield from self._members(_element(self._resolved(inner)), depth=depth + 1)

    def _kind(self, schema: dict[str, Any]) -> str:
        found = self._resolved(schema)
        if "enum" in found:
            return " | ".join(str(value) for value in found["enum"] if value is not None)
        if "items" in found:
            return f"list of {self._kind(found['items'])}"
        kinds = found.get("type", "object" if "properties" in found else "any")
        listed = kinds if isinstance(kinds, list) else [kinds]
        text = " | ".join(kind for kind in listed if kind != "null")
        return f"{text} ({found['format']})" if "format" in found else text

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        for alternatives in ("anyOf", "oneOf", "allOf"):
            if alternatives in schema:
                chosen: dict[str, Any] = next(
                    (one for one in schema[alternatives] if one.get("type") != "null"), {}
                )
                return {**self._resolved(chosen), **{k: v for k, v in schema.items() if k != alternatives}}
        name = schema.get("$ref", "").rpartition("/")[2]
        return {**self._schemas.get(name, {}), **schema} if name else schema


def _element(schema: dict[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = schema.get("items", schema)
    return inner


def _empty(status: str, sent: dict[str, Any]) -> Body:
    return Body(status=status, about=sent.get("description", ""), mimetype="", members=(), examples=())


def _pretty(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()

"""How a route is declared: who may call it, what it takes, what it answers. One decorator, so that none of it
can be forgotten.

    @endpoint(blueprint, "POST", "/judgements", scopes={Scope.STEWARD}, body=JudgementSchema,
              answers={201: JudgementAnswerSchema}, writes="once")
    def judge(call: Call) -> Answer: ...

A view parses nothing and commits nothing: it gets a `Call` with the checked principal, the loaded body and a
connection in a transaction, calls a service, and returns an `Answer`. The order is: key, scope, body, schema,
transaction, idempotency, work.
"""

import datetime as dt
import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from flask import Request, current_app, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError
from sqlalchemy import Connection
from werkzeug import Response

from gateway import metrics
from gateway.access.credentials import Known, bearer
from gateway.access.security import Principal, Scope, allow
from gateway.api.described import describe
from gateway.api.route import Decode, Method, Route, Writes
from gateway.database import OUT_OF_TIME
from gateway.processes import logs
from gateway.wire import body as bodies
from gateway.wire import idempotency, problems
from gateway.wire.idempotency import Once
from gateway.wire.problems import Place, Problem
from gateway.wire.refusals import invalid, problem_of
from gateway.wiring import Services

MAX_ADDRESS_PART = 7_000
"""A hundred skus, separated by commas."""

SERVICES = "o2o"
"""Where the app keeps its services."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request on its way through a view."""

    services: Services
    request: Request
    principal: Principal
    now: dt.datetime
    connection: Connection
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers; `body` is anything orjson writes."""

    status: int
    body: Any = None
    mimetype: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[..., Answer]


def endpoint(
    blueprint: Blueprint,
    method: Method,
    path: str,
    *,
    scopes: set[Scope],
    answers: Mapping[int, type[Schema] | None],
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    decode: Decode | None = None,
    raw: bool = False,
    writes: Writes = "nothing",
    most_bytes: int = bodies.MAX_BODY_BYTES,
    doc: Mapping[str, Any] | None = None,
) -> Callable[[View], View]:
    """Register a view as a route.

    `decode` replaces the schema's own load where that is too slow; the schema stays the published one. `raw`
    hands the body over as bytes.
    """
    route = Route(
        method=method,
        scopes=frozenset(scopes),
        writes=writes,
        body=body,
        query=query,
        decode=decode,
        raw=raw,
        most_bytes=most_bytes,
        loader=body() if body is not None else None,
        asker=query() if query is not None else None,
    )

    def declare(view: View) -> View:
        serve = _served(route, view)
        describe(serve, route=route, answers=answers, more=doc or {})
        blueprint.route(path, methods=[method])(serve)
        return view

    return declare


def services() -> Services:
    """The services of the app that handles the present request."""
    found: Services = current_app.extensions[SERVICES]
    return found


def _served(route: Route, view: View) -> Callable[..., ResponseReturnValue]:
    @functools.wraps(view)
    def serve(**path: Any) -> Response:
        started_s = time.perf_counter()
        seen = Seen()
        try:
            answer = _answer(route, view, services(), path, seen)
        except Exception as error:  # noqa: BLE001  (the door's last line: whatever it is becomes a problem)
            answer = refused(error)
        finish(request, answer.status_code, started_s, seen.key_id)
        return answer

    serve.o2o_route = route  # type: ignore[attr-defined]
    return serve


@dataclass(slots=True)
class Seen:
    """What the log may say about the caller."""

    key_id: str | None = None


def _answer(route: Route, view: View, held: Services, path: dict[str, Any], seen: Seen) -> Response:
    now = held.clock()
    principal = identified(held, request, now=now)
    seen.key_id = principal.key_id
    allow(principal, route.scopes)
    _plain(path, request.args)
    has_body = route.raw or route.body is not None
    raw = bodies.raw_body(request, most=route.most_bytes) if has_body else b""
    loaded = raw if route.raw else _loaded(route, raw)
    asked = _asked(route.asker) if route.asker is not None else {}

    def work(connection: Connection) -> Answer:
        return view(
            Call(
                services=held,
                request=request,
                principal=principal,
                now=now,
                connection=connection,
                body=loaded,
                query=asked,
            ),
            **path,
        )

    if route.writes == "many":
        with held.database.engine.connect() as connection:
            return rendered(work(connection))
    if route.writes != "once":
        return rendered(held.database.transact(work))
    call = idempotency.once(
        principal.key_id,
        request.headers.get(idempotency.HEADER),
        method=route.method,
        path=request.full_path,
        raw=raw,
    )
    return _once(held, call, work, now=now)


def _once(held: Services, call: Once, work: Callable[[Connection], Answer], *, now: dt.datetime) -> Response:
    """The answer of the first such call, kept with its work."""
    status, content, repeated = held.database.transact(
        lambda connection: idempotency.answer(
            connection, held.identity.vault, call, lambda: _bytes(work(connection)), now=now
        )
    )
    response = Response(content, status=status, mimetype="application/json")
    if repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def identified(held: Services, asked: Request, *, now: dt.datetime) -> Principal:
    """The caller, checked against the database. Raises Problem no_key or bad_key.

    First on a connection whose statements end as soon as a till gives up; who has more time than a till is
    not refused for that, but read again with as much time as the work itself may take.
    """
    token = bearer(asked)
    if token is None:
        raise Problem("no_key", "Send an API key as `Authorization: Bearer o2o_...`.")
    try:
        return checked(held, token, now=now).principal
    except OUT_OF_TIME:
        with held.database.engine.connect() as connection:
            return held.keyring.check(connection.connection.cursor(), token, now=now).principal


def checked(held: Services, token: str, *, now: dt.datetime) -> Known:
    """The key, read from the database. Raises Problem bad_key."""
    with held.quick.connect() as connection:
        return held.keyring.check(connection.connection.cursor(), token, now=now)


def _plain(path: Mapping[str, Any], asked: Mapping[str, str]) -> None:
    """Raise Problem for texts in the address that no database column holds."""
    for name, value in (*path.items(), *asked.items()):
        if isinstance(value, str) and ("\x00" in value or len(value) > MAX_ADDRESS_PART):
            raise Problem(
                "malformed_request",
                f"The address's {name} is not usable.",
                places=(Place(name, f"holds a NUL character or is longer than {MAX_ADDRESS_PART:,}"),),
            )


def _loaded(route: Route, raw: bytes) -> Any:
    if route.body is None:
        return None
    if not bodies.is_json(request):
        raise Problem("unsupported_media_type", "Send Content-Type: application/json.")
    value = bodies.parsed(raw)
    if route.decode is not None:
        return route.decode(value)
    assert route.loader is not None
    return route.loader.load(value)


def _asked(asker: Schema) -> Mapping[str, Any]:
    try:
        asked: Mapping[str, Any] = asker.load(request.args.to_dict())
    except ValidationError as error:
        raise invalid(error, of="address") from None
    return asked


def _bytes(answer: Answer) -> tuple[int, bytes]:
    if answer.body is None or isinstance(answer.body, bytes):
        return answer.status, answer.body or b""
    return answer.status, orjson.dumps(answer.body)


def rendered(answer: Answer) -> Response:
    """The answer as a response."""
    status, content = _bytes(answer)
    return Response(content, status=status, mimetype=answer.mimetype, headers=dict(answer.headers))


def refused(error: Exception) -> Response:
    """The problem an error becomes, as a response; unexpected ones are logged."""
    problem = problem_of(error)
    if problem.status == 500:
        structlog.get_logger().error("unexpected", error=error)
    return problems.response(problem)


def finish(asked: Request, status: int, started_s: float, key_id: str | None) -> None:
    """Count and log a request once it is answered; its route is named, not the path as it was called."""
    rule = asked.url_rule.rule if asked.url_rule is not None else "unknown"
    took_s = time.perf_counter() - started_s
    metrics.answered(rule, asked.method, status, took_s=took_s)
    logs.bound().info(
        "request", method=asked.method, route=rule, status=status, ms=round(took_s * 1000, 2), key=key_id
    )

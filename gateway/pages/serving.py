"""How a page's view is served: refusals become problems, every answer carries the pages' headers, every
request is counted and logged as the door does it.

The order is the view's own: it says which of the checks here it wants.
"""

import functools
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec
from flask import request
from werkzeug import Response

from gateway.api.endpoint import finish, refused
from gateway.pages.headers import PAGE_HEADERS
from gateway.pages.origin import is_same_origin
from gateway.wire import body as bodies
from gateway.wire.problems import Problem

T = TypeVar("T")

MOST_BYTES = 4096
"""A page asks short questions: the longest QR code we make has 29 characters."""


def page_view(view: Callable[[], Response]) -> Callable[[], Response]:
    """A view that answers with the pages' headers, whatever happens in it."""

    @functools.wraps(view)
    def serve() -> Response:
        started_s = time.perf_counter()
        try:
            answer = view()
        except Exception as error:  # noqa: BLE001  (as at the door: whatever it is becomes a problem)
            answer = refused(error)
        answer.headers.update(PAGE_HEADERS)
        finish(request, answer.status_code, started_s, None)
        return answer

    return serve


def own_origin(public_url: str | None) -> str:
    """The origin this page was served from: what the operator says, else what the request was sent to."""
    return (public_url or request.host_url).rstrip("/")


def require_same_origin(public_url: str | None) -> None:
    """Raise Problem other_origin unless the request comes from a page of ours."""
    sent = request.headers
    if not is_same_origin(sent.get("Origin"), sent.get("Sec-Fetch-Site"), own_origin(public_url)):
        raise Problem("other_origin", "Only this server's own page may ask this.")


def json_as(shape: type[T]) -> T:
    """The request's JSON as this shape, which is `learnt`. Raises Problem.

    The content type must say JSON: another site's form can send text/plain without asking the browser first.
    """
    if request.mimetype != "application/json":
        raise Problem("unsupported_media_type", "Send Content-Type: application/json.")
    value = bodies.parsed(bodies.raw_body(request, most=MOST_BYTES))
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise Problem("invalid", str(error)) from None

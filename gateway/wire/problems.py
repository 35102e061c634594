"""Every refusal the door can give: its code, its status, and a sentence for whoever reads it (RFC 9457).

The code is the contract: clients branch on it. `type` is a path on this server that explains it.
"""

from dataclasses import dataclass
from typing import Any, Final

import orjson
from werkzeug import Response

MIMETYPE = "application/problem+json"

KINDS: Final[dict[str, tuple[int, str]]] = {
    "malformed_body": (400, "The body is not the JSON it says it is."),
    "malformed_request": (400, "The request cannot be read."),
    "idempotency_key_required": (400, "This call changes something, so it needs an Idempotency-Key header."),
    "no_key": (401, "The call needs an API key."),
    "bad_key": (401, "The API key is not valid."),
    "bad_signature": (401, "The signature does not fit the body."),
    "not_paired": (401, "This browser is not paired as a kiosk."),
    "other_origin": (403, "The request does not come from our own page."),
    "insecure_connection": (403, "This needs a connection that nobody can read."),
    "wrong_scope": (403, "The key may not do this."),
    "wrong_store": (403, "The key is bound to other stores."),
    "wrong_source": (403, "The key is bound to another source."),
    "not_found": (404, "There is no such thing here."),
    "method_not_allowed": (405, "The path exists, but not with this method."),
    "not_acceptable": (406, "The answer cannot be given in the form asked for."),
    "request_timeout": (408, "The body took too long to arrive."),
    "conflict": (409, "The call contradicts what is already recorded."),
    "request_running": (409, "The same Idempotency-Key is being worked on."),
    "stale_revision": (409, "A newer revision of this transaction was already answered."),
    "different_content": (409, "The same transaction was recorded with other content."),
    "wrong_state": (409, "What is asked for is not possible in the present state."),
    "erased": (410, "What was here has been erased."),
    "body_too_large": (413, "The body is larger than this route takes."),
    "uri_too_long": (414, "The address is too long."),
    "unsupported_media_type": (415, "The content type or encoding is not one this route reads."),
    "invalid": (422, "The body is well-formed but says something this route cannot take."),
    "wrong_code": (422, "The pairing code does not pair."),
    "idempotency_key_reused": (422, "The same Idempotency-Key came with another body."),
    "headers_too_large": (431, "The request's headers are too large."),
    "too_many_requests": (429, "The key asks too much at a time."),
    "internal": (500, "Something went wrong on our side; it has been logged."),
    "unavailable": (503, "The gateway is busy or its database is; ask again shortly."),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One thing wrong with a body: where (a JSON pointer) and what to do about it."""

    pointer: str
    detail: str


class Problem(Exception):  # noqa: N818  (RFC 9457 calls it a problem)
    """A refusal on its way out; the code is one of KINDS."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        places: tuple[Place, ...] = (),
        retry_after_s: int | None = None,
        more: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.places = places
        self.retry_after_s = retry_after_s
        self.more = more or {}
        self.headers = headers or {}

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return KINDS[self.code][0]


def invalid(*places: Place, of: str = "body") -> Problem:
    """The refusal of a well-formed body, or another document, for what stands at these places."""
    need = "1 place needs" if len(places) == 1 else f"{len(places)} places need"
    return Problem("invalid", f"{need} a change in the {of}; see `errors`.", places=places)


def document(problem: Problem) -> dict[str, Any]:
    """Return the problem as RFC 9457 writes it, with `code` and `errors` beside."""
    status, title = KINDS[problem.code]
    body: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": title,
        "status": status,
        "code": problem.code,
        "detail": problem.detail,
    }
    if problem.places:
        body["errors"] = [{"pointer": place.pointer, "detail": place.detail} for place in problem.places]
    body.update(problem.more)
    return body


def response(problem: Problem) -> Response:
    """Return the problem as a response."""
    answer = Response(orjson.dumps(document(problem)), status=problem.status, mimetype=MIMETYPE)
    for name, value in problem.headers.items():
        answer.headers[name] = value
    if problem.retry_after_s is not None:
        answer.headers["Retry-After"] = str(problem.retry_after_s)
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="o2o"'
    return answer

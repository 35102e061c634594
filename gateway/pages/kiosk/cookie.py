"""The cookie that makes a browser the kiosk of a store: no script can read it, no other site can send it.

It is asked for at /kiosk only; the API knows keys and nothing else.
"""

from flask import Request
from werkzeug import Response

from gateway.wire.problems import Problem

NAME = "o2o_kiosk"
PATH = "/kiosk"
LASTS_S = 400 * 24 * 3600
"""As long as browsers keep a cookie at most; every visit of the page begins it anew."""

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "[::1]"})


def give(answer: Response, value: str, *, secure: bool) -> None:
    """Put the cookie on an answer."""
    answer.set_cookie(
        NAME, value, max_age=LASTS_S, path=PATH, httponly=True, samesite="Strict", secure=secure
    )


def is_safe(request: Request, origin: str) -> bool:
    """Whether a secret may travel to this browser: over https, or without leaving the machine."""
    return origin.startswith("https://") or host_of(request) in _THIS_MACHINE


def require_safe(request: Request, origin: str) -> None:
    """Raise Problem insecure_connection where the cookie could be read on its way."""
    if not is_safe(request, origin):
        raise Problem("insecure_connection", "A kiosk is paired over https only, or on the server itself.")


def host_of(request: Request) -> str:
    """The host the browser asked for, without its port."""
    host = request.host
    return host.rsplit(":", 1)[0] if not host.endswith("]") else host

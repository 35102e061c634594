"""An answer in JSON with nothing to it: no cookies, no encodings, no streaming.

Werkzeug's own response lays out headers and wraps its content for everything that may still happen to it,
which costs a till's query more than writing the JSON does.
"""

from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIEnvironment

OK: Final = 200


class PlainJson:
    """A WSGI application that answers this content; Flask takes it for a response like any other."""

    __slots__ = ("content",)

    status_code: Final = OK

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer."""
        del environ
        length = str(len(self.content))
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", length)])
        return (self.content,)

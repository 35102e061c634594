"""Style sheets, scripts, fonts and drawings of all pages, from this server only."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, request
from werkzeug import Response

from gateway.pages.headers import PAGE_HEADERS
from gateway.wire.problems import Problem

FOLDER = Path(__file__).parent / "static"
ADDRESS = "/pages/static/"

# Not all systems know these, and a browser runs no module of another type.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


def register(app: Flask) -> None:
    """Add the one route that serves them."""
    blueprint = Blueprint("pages_static", __name__)

    @blueprint.get(f"{ADDRESS}<path:name>")
    def asset(name: str) -> Response:
        return file(name)

    app.register_blueprint(blueprint)


def address(name: str) -> str:
    """Where a browser finds a file of the folder."""
    return ADDRESS + name


def file(name: str) -> Response:
    """A file of the folder. Raises Problem not_found.

    Browsers ask each time whether it changed: nobody stands at a kiosk to reload it.
    """
    if name not in _names():
        raise Problem("not_found", "There is no such file.")
    path = FOLDER / name
    content = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0]
    answer = Response(content, mimetype=kind or "application/octet-stream")
    answer.headers.update(PAGE_HEADERS)
    answer.headers["Cache-Control"] = "no-cache"
    answer.set_etag(hashlib.sha256(content).hexdigest()[:32])
    return answer.make_conditional(request)


@cache
def _names() -> frozenset[str]:
    """Every file there is: a name that is not among them leads nowhere, however it is written."""
    return frozenset(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())

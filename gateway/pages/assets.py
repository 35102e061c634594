"""Style sheets, scripts, fonts and drawings of all pages, from this server only."""

from pathlib import Path

from flask import Blueprint, Flask, send_from_directory
from werkzeug import Response

FOLDER = Path(__file__).parent / "static"
ADDRESS = "/pages/static/"


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
    """A file of the folder. Browsers ask each time whether it changed: a kiosk is not reloaded by hand."""
    answer = send_from_directory(FOLDER, name, max_age=0)
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer

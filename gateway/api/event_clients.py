"""What else clients of the Segment HTTP API ask of the host that they send events to.

Images in mails and on pages without scripts, what a page sends while it is left, the settings that browsers
and phones read before they send anything, and how their own code fares. Outside the published contract: the
clients' documentation says what they send.
"""

from typing import Any, Final

import flask
import orjson
from flask import request
from werkzeug import Response
from werkzeug.exceptions import NotFound

from gateway.access.credentials import basic_user
from gateway.api import segment
from gateway.api.segment import ANYWHERE
from gateway.connectors.segment import messages, pixels

blueprint = flask.Blueprint("event_clients", __name__)

PREFIXES: Final = ("/v1/segment", "")
"""Where a client can be told a host and a path, and where only a host."""

IMAGE: Final = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    b"!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
"""One transparent point."""


def settings(write_key: str) -> Response:
    """What Segment's clients ask for before they send anything: that they shall send here, and nowhere
    else.
    """
    here = request.base_url.split("://", 1)[-1].rpartition("/projects/")[0]
    sends = {"apiKey": write_key, "apiHost": here, "protocol": request.scheme}
    return _told(
        {
            "integrations": {"Segment.io": sends},
            "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
            "metrics": {"sampleRate": 0},
        }
    )


def source_config() -> Response:
    """What RudderStack's clients ask for: a source that is switched on and has no destinations of its own."""
    quiet = {"enabled": False}
    source = {
        "id": "o2o",
        "name": "o2o",
        "writeKey": basic_user(request) or request.args.get("writeKey", ""),
        "enabled": True,
        "workspaceId": "o2o",
        "updatedAt": "2026-01-01T00:00:00.000Z",
        "config": {"statsCollection": {"errors": quiet, "metrics": quiet}},
        "connections": [],
        "destinations": [],
    }
    return _told({"source": source})


def health_of_clients() -> Response:
    """Clients tell their makers how their own code fares: nobody here needs to know."""
    return Response(status=200, headers=ANYWHERE)


def pixel(kind: str) -> Response:
    """Take in the message that the address holds; the image comes whatever becomes of it."""
    if kind not in messages.TYPES:
        raise NotFound
    segment.answered(lambda: pixels.message(request.args), kind)
    return Response(IMAGE, mimetype="image/gif", headers={**ANYWHERE, "Cache-Control": "no-store"})


def beacon() -> Response:
    """Take in what a page sends while it is left, with the key in the address."""
    return segment.answered(segment.body_sent, None)


def _told(found: dict[str, Any]) -> Response:
    return Response(orjson.dumps(found), mimetype="application/json", headers=ANYWHERE)


for _prefix in PREFIXES:
    for _path, _view, _method in (
        ("/v1/projects/<write_key>/settings", settings, "GET"),
        ("/sourceConfig", source_config, "GET"),
        ("/v1/m", health_of_clients, "POST"),
        ("/v1/pixel/<kind>", pixel, "GET"),
        ("/pixel/v1/<kind>", pixel, "GET"),
        ("/beacon/v1/batch", beacon, "POST"),
    ):
        _rule = f"{_prefix}{_path}"
        blueprint.add_url_rule(
            _rule, view_func=_view, methods=[_method], provide_automatic_options=False
        )  # ours says what browsers may send
        blueprint.add_url_rule(_rule, f"{_view.__name__}_preflight", segment.preflight, methods=["OPTIONS"])

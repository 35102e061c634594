"""The Flask application: blueprints, error answers, documentation. No request passes a hook that its route
did not ask for.
"""

import time
from functools import cache, partial
from pathlib import Path
from typing import Any

from flask import Flask, request
from werkzeug import Response

from gateway import api
from gateway.api import event_clients, offers, redemptions, shopify, woocommerce
from gateway.api.endpoint import SERVICES, finish, refused
from gateway.pages import assets, docs
from gateway.pages.kiosk import views as kiosk
from gateway.quick import short_cut
from gateway.serving import health
from gateway.wire.openapi import document
from gateway.wiring import Services


def create_app(services: Services) -> Flask:
    """The application over these services."""
    app = Flask("gateway", static_folder=None, root_path=str(Path(__file__).parent))
    app.extensions[SERVICES] = services
    app.url_map.strict_slashes = False
    app.register_error_handler(Exception, _unrouted)
    for blueprint in (*api.blueprints(), shopify.blueprint, woocommerce.blueprint, event_clients.blueprint):
        app.register_blueprint(blueprint)
    health.register(app, services)
    docs.register(app, _described)
    assets.register(app)
    kiosk.register(app, services)
    for endpoint, view in (
        ("offers.query_offers", offers.answered),
        ("redemptions.redeem", redemptions.answered),
    ):
        short_cut.take(app, endpoint=endpoint, method="POST", view=partial(view, services))
    return app


@cache
def _described() -> dict[str, Any]:
    return document(api.blueprints())


def _unrouted(error: Exception) -> Response:
    """What was raised before a view began: no such path, wrong method, an address nobody can read."""
    answer = refused(error)
    finish(request, answer.status_code, time.perf_counter(), None)
    return answer

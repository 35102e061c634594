"""Is the process alive, and can it work? Open to everybody, telling nobody anything.

`/healthz` answers without the database: a restart would not help a gateway whose database is away. `/readyz`
asks the database, so that a load balancer waits until migrations are done.
"""

from flask import Blueprint, Flask
from werkzeug import Response

from gateway.wire import problems
from gateway.wire.problems import Problem
from gateway.wiring import Services

OPEN = frozenset({"health.healthz", "health.readyz"})


def register(app: Flask, services: Services) -> None:
    """Add both routes."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return Response(b'{"status":"ok"}', mimetype="application/json")

    @blueprint.get("/readyz")
    def readyz() -> Response:
        try:
            with services.quick.connect() as connection:
                connection.connection.cursor().execute("select 1 from gateway.key_state")
        except Exception:  # noqa: BLE001  (whatever it is, the answer is: not ready)
            return problems.response(
                Problem(
                    "unavailable", "The database does not answer or is not migrated yet.", retry_after_s=1
                )
            )
        return Response(b'{"status":"ready"}', mimetype="application/json")

    app.register_blueprint(blueprint)

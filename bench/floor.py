"""The floor: what Flask, granian and PostgreSQL cost here when they do next to nothing.

One view, one select by primary key, one connection held by each thread, no middleware, no schema. Every ratio
that the benches
print has this application, run beside the measured one in the same minutes, below the line. Change it and old
figures lose their meaning.
"""

import os
import threading

import psycopg2
from flask import Flask, Response

from gateway.processes import lifeline

_local = threading.local()


def _cursor() -> psycopg2.extensions.cursor:
    """This thread's cursor with the select prepared, opened at its first request."""
    cursor: psycopg2.extensions.cursor | None = getattr(_local, "cursor", None)
    if cursor is None:
        connection = psycopg2.connect(os.environ["O2O_FLOOR_DSN"])
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("PREPARE floor_row (bigint) AS SELECT note FROM bench_floor WHERE row_no = $1")
        _local.cursor = cursor
    return cursor


lifeline.hold()


def create_app() -> Flask:
    """The application that granian serves."""
    app = Flask("floor")

    @app.post("/floor/<int:row_no>")
    def floor(row_no: int) -> Response:
        cursor = _cursor()
        cursor.execute("EXECUTE floor_row (%s)", (row_no,))
        row = cursor.fetchone()
        note = row[0] if row else None
        return Response(f'{{"note":"{note}"}}', mimetype="application/json")

    return app


app = create_app()

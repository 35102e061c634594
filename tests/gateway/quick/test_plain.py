"""The plainest answer: what it says about itself, and that Flask takes it like any other."""

from flask import Flask
from werkzeug.test import Client

from gateway.quick.plain import PlainJson


def test_it_is_json_of_its_length() -> None:
    """Whether it is called by itself or comes out of a view."""
    app = Flask("plain")
    app.route("/")(lambda: PlainJson(b'{"grun":1}'))
    for client in (Client(PlainJson(b'{"grun":1}')), app.test_client()):
        answer = client.get("/")
        assert (answer.status_code, answer.json) == (200, {"grun": 1})
        assert dict(answer.headers) == {"Content-Type": "application/json", "Content-Length": "10"}

"""The document that machines read and the page that people read."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from gateway.pages import docs
from gateway.pages.docs import marked
from gateway.wire.problems import KINDS

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
CALL = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/v1/[^\s`?\"]+)")


@pytest.fixture
def document(client: Client) -> Any:
    """The OpenAPI document as it is served."""
    return client.get("/openapi.json").json


def test_every_guarded_route_is_in_the_document(app: Flask, document: Any) -> None:
    """What can be called can be read about."""
    for rule in app.url_map.iter_rules():
        if not hasattr(app.view_functions[rule.endpoint], "o2o_route"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            operation = document["paths"][path][method.lower()]
            assert operation["summary"]
            assert operation["security"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_call_in_the_documentation_exists(app: Flask, page: Path) -> None:
    """Who is in trouble reads the manual and types what stands there."""
    routes = [
        (re.compile(re.sub(r"<[^>]+>", "[^/]+", rule.rule)), rule.methods or set())
        for rule in app.url_map.iter_rules()
    ]
    told = CALL.findall(page.read_text(encoding="utf-8"))
    known = [
        call for call in told if any(call[0] in verbs and path.fullmatch(call[1]) for path, verbs in routes)
    ]
    assert known == told


def test_the_document_is_made_once() -> None:
    """Writing it takes longer than answering most calls, and routes do not change."""
    asked: list[dict[str, Any]] = []

    def described() -> dict[str, Any]:
        asked.append({"openapi": "3.1.0"})
        return asked[0]

    app = Flask("documented")
    docs.register(app, described)
    for _ in range(2):
        assert app.test_client().get("/openapi.json").json == {"openapi": "3.1.0"}
    assert len(asked) == 1


def test_operations_have_names_of_their_own(document: Any) -> None:
    """A generated client has one function for each."""
    names = [
        op["operationId"]
        for item in document["paths"].values()
        for op in item.values()
        if "operationId" in op
    ]
    assert len(names) == len(set(names))
    assert len(names) > 40


def test_the_page_needs_nothing_from_elsewhere(client: Client) -> None:
    """It works in a network without internet, and no script runs on it."""
    page = re.sub(r"&#34;https?://.*?&#34;", "", client.get("/docs").text)  # what examples merely tell
    assert "http://" not in page
    assert "https://" not in re.sub(r'"https://[^"]*"|\^https://[^<]*', "", page)
    assert "<script" not in page
    for address in re.findall(r'(?:href|src)="(/[^"#]*)"', page):
        assert client.get(address).status_code == 200, address


def test_the_page_shows_every_operation(client: Client, document: Any) -> None:
    """Nothing is left out between the document and the page."""
    page = client.get("/docs").text
    for item in document["paths"].values():
        for operation in item.values():
            if "operationId" in operation:
                assert f'id="{operation["operationId"]}"' in page


@pytest.mark.parametrize("code", KINDS)
def test_every_problem_is_explained(client: Client, code: str) -> None:
    """The `type` of a problem leads to a page that says what it means."""
    page = client.get(f"/problems/{code}")
    assert page.status_code == 200
    assert f'id="{code}"' in page.text


def test_health_is_open_and_tells_nothing(client: Client) -> None:
    """A load balancer needs no key."""
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready"}


def test_the_first_example_of_a_route_is_one_that_works(document: Any) -> None:
    """Refused bodies are shown too, after it."""
    asked = document["paths"]["/v1/offers/query"]["post"]["requestBody"]["content"]["application/json"]
    assert next(iter(asked["examples"])) != "invalid"
    assert "invalid" in asked["examples"]


def test_what_stands_between_backticks_is_code_and_nothing_becomes_markup() -> None:
    """Descriptions are ours, but a sentence may speak of `<b>`."""
    assert marked("a `b` <c> `<d>`") == "a <code>b</code> &lt;c&gt; <code>&lt;d&gt;</code>"

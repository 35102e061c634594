"""The kiosk's routes, asked without a browser: cookies, headers, refusals."""

import itertools
import re

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.pages.headers import CONTENT_SECURITY_POLICY
from gateway.pages.kiosk import store
from gateway.wiring import Services
from identity.events import history
from identity.register import records
from tests.gateway.pages import world

HOST = "http://127.0.0.1:8000"
OURS = {"Origin": HOST, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser-like client on the server's own machine."""
    return app.test_client()


def type_code(
    client: FlaskClient, code: str, headers: dict[str, str] | None = None, base: str = HOST
) -> TestResponse:
    """What the pairing page sends."""
    return client.post(
        "/kiosk/pair", json={"code": code}, headers=OURS if headers is None else headers, base_url=base
    )


@pytest.fixture
def paired(client: FlaskClient, new_code: str) -> FlaskClient:
    """A client that was paired."""
    assert type_code(client, new_code).status_code == 204
    return client


def test_a_browser_nobody_paired_gets_the_pairing_page_only(client: FlaskClient) -> None:
    """Without the cookie there is no store, no question and no pulse."""
    page = client.get("/kiosk", base_url=HOST)
    assert page.status_code == 200
    assert b"Wien Mariahilf" not in page.data
    asked = client.post(
        "/kiosk/offers", json={"entry": "scanned", "value": "2900001"}, headers=OURS, base_url=HOST
    )
    assert (asked.status_code, asked.get_json()["code"]) == (401, "not_paired")
    assert client.get("/kiosk/pulse", base_url=HOST).status_code == 401


def test_the_right_code_gives_a_cookie_that_no_script_and_no_site_can_use(
    client: FlaskClient, new_code: str
) -> None:
    """HttpOnly, SameSite=Strict, for the kiosk's path only; the answer holds nothing else."""
    answer = type_code(client, new_code)
    assert answer.status_code == 204
    assert answer.data == b""
    cookie = answer.headers["Set-Cookie"]
    assert re.match(r"^o2o_kiosk=[A-Za-z0-9_-]{43}; ", cookie)
    assert {"HttpOnly", "SameSite=Strict", "Path=/kiosk"} <= set(cookie.split("; "))
    assert client.get("/kiosk", base_url=HOST).data.count(b"Wien Mariahilf") == 1


def test_over_https_the_cookie_is_secure(client: FlaskClient, new_code: str) -> None:
    """It never travels where it could be read."""
    base = "https://offers.example.com"
    answer = type_code(client, new_code, headers={"Origin": base}, base=base)
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


def test_a_kiosk_is_not_paired_over_a_line_that_others_can_read(client: FlaskClient, new_code: str) -> None:
    """Plain http is for the server's own machine; the code stays usable."""
    base = "http://offers.example.com"
    answer = type_code(client, new_code, headers={"Origin": base}, base=base)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "insecure_connection")
    assert "Set-Cookie" not in answer.headers
    assert type_code(client, new_code).status_code == 204


def test_a_wrong_code_gives_nothing(client: FlaskClient, new_code: str) -> None:
    """Wrong, malformed and made-up codes get one and the same answer."""
    wrong = new_code[:-1] + ("A" if new_code[-1] != "A" else "B")
    answers = [type_code(client, text) for text in (wrong, "00000-00000", "nonsense", "")]
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.data for answer in answers}) == 1
    assert all("Set-Cookie" not in answer.headers for answer in answers)


FOREIGN: list[dict[str, str]] = [
    {},
    {"Origin": "https://evil.example.net"},
    {"Origin": "null"},
    {"Origin": HOST, "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://127.0.0.1:9000", "Sec-Fetch-Site": "same-site"},
]


def test_only_our_own_page_may_ask(paired: FlaskClient) -> None:
    """Another site, another port and a program without a page are refused, cookie or not."""
    for path, headers in itertools.product(("/kiosk/pair", "/kiosk/offers"), FOREIGN):
        answer = paired.post(path, json={"code": "x"}, headers=headers, base_url=HOST)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "other_origin"), (path, headers)


def test_a_form_cannot_ask(paired: FlaskClient) -> None:
    """What another site could send without asking the browser first is not read."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = paired.post("/kiosk/offers", data=b"{}", content_type=kind, headers=OURS, base_url=HOST)
        assert answer.status_code == 415, kind


HOSTILE = [
    b"",
    b"[]",
    b"{",
    b'{"entry":"scanned"}',
    b'{"entry":"guessed","value":"1"}',
    b'{"entry":"scanned","value":""}',
    b'{"entry":"scanned","value":1}',
    b'{"entry":"scanned","value":"1","more":1}',
    b'{"entry":"scanned","value":"1","language":"../de"}',
    b'{"entry":"scanned","value":"a\\u0000b"}',
    b'{"entry":"scanned","value":"' + b"9" * 600 + b'"}',
    b'{"entry":"scanned","value":"' + b"9" * 9000 + b'"}',
    b'{"entry":"scanned","value":"\\ud800"}',
    b"\xff\xfe",
]


def test_a_hostile_question_is_the_askers_mistake(paired: FlaskClient) -> None:
    """Whatever the body is, the answer is a 4xx problem."""
    for body in HOSTILE:
        answer = paired.post(
            "/kiosk/offers", data=body, content_type="application/json", headers=OURS, base_url=HOST
        )
        assert 400 <= answer.status_code < 500, body
        assert answer.mimetype == "application/problem+json", body


def test_pages_are_kept_nowhere_and_run_nothing_foreign(paired: FlaskClient) -> None:
    """Every answer of the kiosk is no-store and carries the whole policy, refusals too."""
    for path in ("/kiosk", "/kiosk/offline", "/kiosk/pulse", "/kiosk/worker.js"):
        answer = paired.get(path, base_url=HOST)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, path
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


def test_nothing_inline_and_no_key_in_the_page(paired: FlaskClient) -> None:
    """Scripts and styles are files of this server; neither a key nor the cookie is in the page."""
    cookie = paired.get_cookie("o2o_kiosk", path="/kiosk", domain="127.0.0.1")
    assert cookie is not None
    for path in ("/kiosk", "/kiosk/offline"):
        text = paired.get(path, base_url=HOST).get_data(as_text=True)
        assert "o2o_" not in text
        assert cookie.value not in text
        assert not re.search(r"\son[a-z]+=|\sstyle=|javascript:", text)
        assert not re.search(r"<script(?![^>]*\b(src|application/json))", text)
        assert not re.search(r"(src|href)=\"(?!/)", text)


def test_a_revoked_kiosk_is_asked_to_pair_again(paired: FlaskClient, services: Services) -> None:
    """From the next request on it shows nothing of its store."""
    with services.database.transaction() as connection:
        (device,) = store.devices(connection, store="0042", revoked=False)
        store.revoke(connection, device.device_id, now=services.clock())
    assert b"Wien Mariahilf" not in paired.get("/kiosk", base_url=HOST).data
    assert paired.get("/kiosk/pulse", base_url=HOST).status_code == 401
    asked = paired.post(
        "/kiosk/offers", json={"entry": "scanned", "value": "29"}, headers=OURS, base_url=HOST
    )
    assert asked.status_code == 401


def test_the_cookie_opens_the_kiosk_and_nothing_else(paired: FlaskClient) -> None:
    """The API knows keys only."""
    cookie = paired.get_cookie("o2o_kiosk", path="/kiosk", domain="127.0.0.1")
    assert cookie is not None
    answer = paired.post(
        "/v1/offers/query",
        json={"channel": "kiosk"},
        headers={**OURS, "Cookie": f"o2o_kiosk={cookie.value}"},
        base_url=HOST,
    )
    assert answer.status_code == 401


def test_the_page_speaks_the_language_of_its_store(paired: FlaskClient) -> None:
    """In Vienna it starts in German; a browser without a store is asked what it prefers."""
    assert '<html lang="de">' in paired.get("/kiosk", base_url=HOST).get_data(as_text=True)
    stranger = paired.application.test_client()
    page = stranger.get("/kiosk", headers={"Accept-Language": "fr-CH, fr;q=0.9"}, base_url=HOST)
    assert '<html lang="fr">' in page.get_data(as_text=True)


def test_files_are_served_from_the_folder_only(client: FlaskClient) -> None:
    """No path leads out of it."""
    assert client.get("/pages/static/look.css").status_code == 200
    for path in ("../headers.py", "..%2fheaders.py", "kiosk/../../headers.py", "nothing.js"):
        assert client.get(f"/pages/static/{path}").status_code == 404


def test_neither_shopper_nor_secret_reaches_a_log_line(
    peopled: Services, paired: FlaskClient, new_code: str
) -> None:
    """Lines name routes and statuses; not what was scanned or typed, not the cookie, not the code."""
    cookie = paired.get_cookie("o2o_kiosk", path="/kiosk", domain="127.0.0.1")
    assert cookie is not None
    secrets = [world.ADA, world.ADA_EMAIL, "99-not-a-card", cookie.value, new_code]
    with structlog.testing.capture_logs() as lines:
        for entry, value in itertools.product(("scanned", "typed"), secrets):
            question = {"entry": entry, "value": value, "language": "de"}
            answer = paired.post("/kiosk/offers", json=question, headers=OURS, base_url=HOST)
            assert answer.status_code == 200, answer.get_json()
            assert not any(secret in answer.get_data(as_text=True) for secret in secrets)
        type_code(paired, new_code)
    assert len(lines) == 2 * len(secrets) + 1
    assert not any(secret in str(line) for secret in secrets for line in lines)


def test_what_is_typed_answers_the_same_for_everybody(peopled: Services, paired: FlaskClient) -> None:
    """Byte for byte: a shopper's address, phone and card as much as a stranger's, and an offer's code."""
    answers = {
        paired.post(
            "/kiosk/offers",
            json={"entry": "typed", "value": value, "language": "en"},
            headers=OURS,
            base_url=HOST,
        ).data
        for value in (world.ADA_EMAIL, world.ADA_PHONE, world.ADA, world.NOBODY, "x", "O2T" + "0" * 26)
    }
    assert len(answers) == 1
    assert b'"answer":"typed"' in answers.pop()


def test_a_scan_is_a_visit_of_who_agreed(peopled: Services, paired: FlaskClient) -> None:
    """Once a minute, with the store and the kiosk; nobody else's scan, and nothing typed, leaves a trace."""
    for entry, card in (
        ("scanned", world.ADA),
        ("scanned", world.ADA),
        ("scanned", world.EVE),
        ("typed", world.BEN),
    ):
        question = {"entry": entry, "value": card, "language": "en"}
        answer = paired.post("/kiosk/offers", json=question, headers=OURS, base_url=HOST)
        assert answer.status_code == 200, answer.get_json()
    with peopled.database.transaction() as connection:
        visits = {}
        for card in (world.ADA, world.BEN, world.EVE):
            shown = records.get(connection, peopled.identity, "loyalty", card)
            page = history.page(connection, peopled.identity, shown.record)
            visits[card] = [(item.kind, item.channel, item.body["store"]) for item in page.items]
    assert visits == {world.ADA: [("kiosk_visit", "store", "0042")], world.BEN: [], world.EVE: []}

"""Segment's and RudderStack's own clients for Node and for browsers tell the story."""

import base64
import hashlib
import hmac
import http.server
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from gateway.access import identity_tokens
from gateway.access.security import Scope
from gateway.wiring import Services
from tests.gateway.conftest import Caller, Issue
from tests.gateway.connectors import story

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["segment", "rudder"])
def test_node_clients(
    node: str, stage: Services, issue: Issue, address: str, back: Caller, till: Caller, name: str
) -> None:
    """She ordered the mug and left the sweater: the till offers her the sweater."""
    key = issue(Scope.INGEST, source="web")
    told = subprocess.run(
        [node, "tell.mjs", name, key, address, story.EMAIL],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    _wait_for(back)
    assert story.kinds(back) == story.TOLD
    assert story.offered(till) == [("2", 900)]


def _wait_for(back: Caller) -> None:
    """Until the account is known: a client may return before its last call was answered."""
    asked = {"identifiers": [{"type": "account_id", "value": story.ACCOUNT}]}
    for _ in range(100):
        found = back("POST", "/v1/profiles/lookup", asked).json
        if found is not None and found["status"] == "known" and len(story.kinds(back)) >= len(story.TOLD):
            return
        time.sleep(0.1)


BUNDLES = {
    "segment": HERE / "node_modules" / "@segment" / "analytics-next" / "dist" / "umd",
    "rudder": HERE / "node_modules" / "@rudderstack" / "analytics-js" / "dist/npm/modern/bundled/umd",
}
PAGE = """<!doctype html><title>Shop</title><script src="/{name}/index.js"></script>"""

SCRIPTS = {
    "segment": """async ([key, door, token, email]) => {
  const { AnalyticsBrowser } = window.AnalyticsNext;
  const analytics = AnalyticsBrowser.load({ writeKey: key, cdnURL: `${door}/v1/segment` });
  await analytics.page("Home");
  await analytics.track("Product Viewed", { sku: "SW-1" });
  await analytics.track("Product Added", { sku: "SW-1", quantity: 1 });
  await analytics.track("Product Added", { sku: "MUG-1", quantity: 1 });
  const signed = { context: { identity_token: token } };
  await analytics.identify("anna-1", { email, firstName: "Anna", lastName: "Müller" }, signed);
  const order = { order_id: "1001", products: [{ sku: "MUG-1", quantity: 1 }] };
  await analytics.track("Order Completed", order, signed);
}""",
    "rudder": """async ([key, door, token, email]) => {
  const analytics = new window.rudderanalytics.RudderAnalytics();
  const host = `${door}/v1/segment`;
  analytics.load(key, host, { configUrl: host, queueOptions: { batch: { enabled: true, maxItems: 6 } } });
  analytics.page("Home");
  analytics.track("Product Viewed", { sku: "SW-1" });
  analytics.track("Product Added", { sku: "SW-1", quantity: 1 });
  analytics.track("Product Added", { sku: "MUG-1", quantity: 1 });
  const signed = { context: { identity_token: token } };
  analytics.identify("anna-1", { email, firstName: "Anna", lastName: "Müller" }, signed);
  const order = { order_id: "1001", products: [{ sku: "MUG-1", quantity: 1 }] };
  analytics.track("Order Completed", order, signed);
}""",
}


@pytest.mark.browser
@pytest.mark.parametrize("name", BUNDLES)
def test_browser_clients(
    node: str,
    chromium: Browser,
    stage: Services,
    issue: Issue,
    address: str,
    back: Caller,
    till: Caller,
    shop: str,
    name: str,
) -> None:
    """With a public key; the shop's signed token says who is signed in, and nothing else is believed."""
    key = issue(Scope.INGEST_PUBLIC, source="web")
    with closing(chromium.new_context()) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
        page.goto(f"{shop}{name}")
        page.evaluate(SCRIPTS[name], [key, address, _token(stage), story.EMAIL])
        _wait_for(back)
    assert complaints == []
    assert story.kinds(back) == story.TOLD
    assert story.offered(till) == [("2", 900)]


def _token(held: Services) -> str:
    """What the shop's server puts into the page it sends to somebody who is signed in."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"sub": story.ACCOUNT, "email": story.EMAIL, "exp": int(time.time()) + 600}
    text = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    secret = identity_tokens.secret(held.secrets, "web")
    mac = hmac.digest(secret.encode(), text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.fixture
def shop() -> Iterator[str]:
    """A shop of another origin, which serves a page for each client and the client's own bundle."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name, _, file = self.path.partition("?")[0].strip("/").partition("/")
            is_bundle = file.endswith(".js")
            body = (BUNDLES[name] / file).read_bytes() if is_bundle else PAGE.format(name=name).encode()
            self.send_response(200)
            self.send_header("content-type", "text/javascript" if is_bundle else "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()

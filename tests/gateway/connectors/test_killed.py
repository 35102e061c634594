"""No acknowledged event is lost, and none counts twice: servers and workers are killed under load."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.access import keys
from gateway.access.keys import Grant
from gateway.access.security import Scope
from gateway.database import Database, open_engine
from gateway.settings import Settings
from gateway.wiring import services_over, utc_now
from identity.register import records
from identity.rights import erasure
from tests.conftest import Scale
from tests.gateway.connectors import shops

pytestmark = pytest.mark.process


@contextmanager
def _program(environment: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours that is killed with SIGKILL when the block ends, with all that it started."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str) -> None:
    address = urlsplit(url)
    for _ in range(2_400):
        try:
            with socket.create_connection((address.hostname or "", address.port or 0), 1):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail("the server did not start")


class Load:
    """A client that sends until it is told to stop; remembers what was acknowledged."""

    def __init__(self, url: str, key: str, run: int) -> None:
        self.events: set[str] = set()
        self.orders: dict[str, set[str]] = {"shopify": set(), "woocommerce": set()}
        self._url, self._key, self._run = urlsplit(url), key, run
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def stop(self) -> None:
        """And wait for the last answer."""
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            try:
                self._one(f"{self._run}-{number}", 60 if number % 4 == 0 else 5)
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)

    def _one(self, name: str, count: int) -> None:
        """A call with so many events, worked on at once or by a worker, and an order of each shop."""
        message = {"type": "track", "event": "Product Viewed", "userId": "u1", "messageId": name}
        batch = {
            "batch": [
                {**message, "messageId": f"{name}-{n}", "properties": {"sku": f"{name}-{n}"}}
                for n in range(count)
            ]
        }
        basic = base64.b64encode(f"{self._key}:".encode()).decode()
        if self._post("/v1/segment/v1/batch", batch, {"Authorization": f"Basic {basic}"}) == 200:
            self.events |= {f"{name}-{n}" for n in range(count)}
        for connector, (topic, order) in _orders(name).items():
            headers = shops.headers(connector, topic, name, json.dumps(order).encode())
            if self._post(f"/v1/connectors/{connector}", order, headers) == 200:
                self.orders[connector].add(name)

    def _post(self, path: str, body: object, headers: dict[str, str]) -> int:
        connection = http.client.HTTPConnection(self._url.hostname or "", self._url.port, timeout=10)
        try:
            sent = {"Content-Type": "application/json", **headers}
            connection.request("POST", path, json.dumps(body).encode(), sent)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


def _orders(name: str) -> dict[str, shops.Told]:
    """An order of each shop under this name."""
    at, lines = "2026-11-10T10:00:00", [{"sku": name}]
    buyer = {"id": "u1", "updated_at": f"{at}Z"}
    return {
        "shopify": (
            "orders/create",
            {"id": name, "created_at": f"{at}Z", "customer": buyer, "line_items": lines},
        ),
        "woocommerce": (
            "order.created",
            {
                "id": name,
                "status": "processing",
                "customer_id": "u1",
                "date_created_gmt": at,
                "date_modified_gmt": at,
                "line_items": lines,
            },
        ),
    }


def test_what_was_acknowledged_is_there_exactly_once(database_url: str, tmp_path: Path, scale: Scale) -> None:
    """Server and worker are killed together, again and again; then one more worker does what is left."""
    with Database(open_engine(database_url, pool_size=4)) as database:
        held = services_over(Settings(home=tmp_path), database)
        shops.connect(held)
        with database.transaction() as connection:
            grant = Grant("load", frozenset({Scope.INGEST}), source="web")
            key = keys.issue(connection, grant, now=utc_now()).token
        environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "O2O_HOME": str(tmp_path),
            "O2O_LOG_LEVEL": "error",
        }
        events: set[str] = set()
        orders: dict[str, set[str]] = {"shopify": set(), "woocommerce": set()}
        for run in range(scale(2, 50)):
            port = _free_port()
            url = f"http://127.0.0.1:{port}"
            serve = (
                "-m",
                "granian",
                "--interface",
                "wsgi",
                "--port",
                str(port),
                "--workers",
                "2",
                "gateway.serve:app",
            )
            with _program(environment, *serve), _program(environment, "-m", "gateway", "worker"):
                _wait(url)
                load = Load(url, key, run)
                _until(lambda load=load, most=80 + run % 7: len(load.events) > most)
            load.stop()
            events |= load.events
            for connector, acknowledged in load.orders.items():
                orders[connector] |= acknowledged
        while shops.work_off(held):
            """Until nothing is due."""
        found = _bodies(held, "web", "u1")
        viewed = [one["body"]["products"][0]["sku"] for one in found if one["kind"] == "product_viewed"]
        assert events <= set(viewed)
        assert len(viewed) == len(set(viewed))
        for connector, acknowledged in orders.items():
            ordered = [one["body"]["order_id"] for one in _bodies(held, connector, "u1")]
            assert acknowledged <= set(ordered)
            assert len(ordered) == len(set(ordered))
        held.offers.log.close()
        held.quick.dispose()


def _until(is_so: object) -> None:
    assert callable(is_so)
    for _ in range(1_200):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("nothing was acknowledged for a minute")


def _bodies(held: object, source: str, key: str) -> list[dict[str, object]]:
    from gateway.wiring import Services

    assert isinstance(held, Services)
    with held.database.transaction() as connection:
        profile = records.get(connection, held.identity, source, key).profile
        found = erasure.export(connection, held.identity, profile, now=held.clock())["events"]
    return [one for one in found if one["source"] == source]

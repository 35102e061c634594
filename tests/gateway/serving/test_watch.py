"""What the metrics port says of the database."""

import datetime as dt
from collections.abc import Callable

from prometheus_client import CollectorRegistry, generate_latest

from gateway.access.security import Scope
from gateway.database import Database
from gateway.inbox import batches
from gateway.serving.watch import Watch
from tests.gateway.conftest import START, Caller


def told(url: str) -> dict[str, float]:
    """Every gauge and its value, a minute after the start."""
    registry = CollectorRegistry()
    registry.register(Watch(url, clock=lambda: START + dt.timedelta(minutes=1)))
    lines = generate_latest(registry).decode().splitlines()
    gauges = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in gauges}


def test_sizes_lags_and_what_waits_are_told(database: Database, call: Callable[..., Caller]) -> None:
    """Two records of one person and one of another, one change that nobody has numbered, one redo."""
    crm = call(Scope.INGEST, Scope.PROFILE_READ, source="crm")
    email = {"type": "email", "value": "anna@example.at", "assurance": "verified"}
    for key, shown in (("1", [email]), ("2", [email]), ("3", [])):
        assert crm("PUT", f"/v1/records/crm/{key}", {"identifiers": shown}).status_code in {200, 201}
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "insert into identity.redo (kind, subject, reason, queued_at) values ('record', 1, '', now())"
        )
    many = [{"type": "track", "event": "x", "userId": "1"}] * batches.AT_ONCE
    assert crm("POST", "/v1/segment/v1/batch", {"batch": many}).status_code == 200
    found = told(database.url)
    assert found["o2o_database_up"] == 1
    assert found["o2o_event_batches"] == 1
    assert found["o2o_event_batches_seconds"] == 60
    assert found["o2o_redo_pending"] == 1
    assert found["o2o_feed_lag"] == 3
    assert found["o2o_feed_lag_seconds"] == 60
    assert found['o2o_profiles{records="1"}'] + 2 * found['o2o_profiles{records="2"}'] == 3
    assert found['o2o_profiles{records="51+"}'] == 0


def test_a_database_that_is_away_is_told(database: Database) -> None:
    """A scrape never fails, and says nothing that it does not know."""
    assert told(database.url.replace(database.engine.url.database or "", "nowhere")) == {"o2o_database_up": 0}

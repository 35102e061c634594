"""The demonstration world in a real database, and the guide to it followed word by word."""

import csv
import json
import shlex
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask.testing import FlaskClient

from gateway import wiring
from gateway.access import keys
from gateway.app import create_app
from gateway.commands.demo import command
from gateway.database import Database
from gateway.demo import delivery, guide, plan, story
from gateway.demo.guide import Guide
from gateway.demo.letters import letters
from gateway.demo.lives import lives
from gateway.demo.outcome import Loaded
from gateway.settings import Settings
from gateway.wiring import Services
from tests.gateway.demo.small import PLAN, load_world


@pytest.fixture
def services(database_url: str, tmp_path: Path) -> Iterator[Services]:
    """An installation of its own."""
    opened = wiring.open_services(Settings(home=tmp_path, database_url=database_url))
    yield opened
    opened.close()


def _counts(services: Services) -> dict[str, int]:
    tables = [
        "identity.record",
        "identity.event",
        "identity.consent",
        "offers.till_transaction",
        "offers.interest",
    ]
    tables += [
        "offers.product",
        "offers.stock",
        "offers.campaign_version",
        "gateway.api_key",
        "identity.change",
    ]
    with services.database.transaction() as connection:
        return {
            table: connection.execute(sa.text(f"select count(*) from {table}")).scalar_one()
            for table in tables
        }


def test_loading_again_changes_nothing(services: Services) -> None:
    """Everything that was sent once is known: a second load adds no row anywhere and keeps the keys."""
    first = load_world(services)
    before = _counts(services)
    assert min(before.values()) > 0
    assert first.sales > 20
    again = load_world(services)
    assert replace(again, guide=None) == Loaded()
    assert _counts(services) == before
    assert again.guide == first.guide


def test_a_broken_load_goes_on(services: Services) -> None:
    """What was loaded before the break is not loaded again, and the rest comes; nothing is there twice."""
    shop = PLAN.shop()
    load_world(services, replace(PLAN, households=2))
    third = [letters(life, shop) for life in lives(PLAN, shop)][2]
    half = replace(third, receipts=third.receipts[:1])
    delivery.deliver(services, half)
    done = load_world(services)
    assert done.households == 3
    with services.database.transaction() as connection:
        count = connection.execute(sa.text("select count(*) from offers.till_transaction")).scalar_one()
    assert count == len(shop.baskets) + 3


def test_a_load_keeps_its_day(services: Services) -> None:
    """Begun on one day and resumed on another, it is one world; another seed is another one."""
    plan.pin(services.settings, PLAN)
    tomorrow = replace(PLAN, today=date(2030, 1, 1))
    assert plan.pinned(services.settings, tomorrow) == PLAN
    assert plan.pinned(services.settings, replace(tomorrow, seed=8)).today == date(2030, 1, 1)


def test_the_guide_is_true(services: Services) -> None:
    """Its commands, sent as printed, answer what it promises: she is known, gets the deal, and once."""
    told = load_world(services).guide
    assert told is not None
    client = create_app(services).test_client()
    who, ask, pay = (_sent(client, step.command) for step in _steps(told))
    assert who["status"] == "known"
    [effect] = ask["effects"]
    assert (effect["line"], effect["amount"], effect["campaign"]) == (
        "1",
        told.discount_minor,
        story.CAMPAIGN,
    )
    assert ask["totals"]["discount"] == told.discount_minor
    assert ask["offers"][0]["personalised"]
    assert ask["redemption"]["state"] == "reserved"
    assert pay["redemption"]["state"] == "committed"
    assert pay["redemption"]["items"][0]["granted"] == told.discount_minor
    assert not pay["redemption"]["items"][0]["over_limit"]
    assert pay["flags"] == []
    again = _sent(client, _steps(told)[2].command)
    assert again["replayed"]
    next_receipt = _steps(told)[1].command.replace(story.RECEIPT, "000184")
    assert _sent(client, next_receipt)["effects"] == []


def _steps(told: Guide) -> tuple[guide.Step, ...]:
    return guide.steps(told, url="", today=PLAN.today)


def _sent(client: FlaskClient, command: str) -> dict[str, Any]:
    """What the gateway answers to a curl command."""
    words = shlex.split(command.replace("\\\n", " "))
    headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
    answer = client.post(words[2], headers=headers, data=words[words.index("-d") + 1].encode())
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = json.loads(answer.data)
    return found


def test_her_story_is_one_person(loaded: Services) -> None:
    """Account, card and till record are one profile, whose history shows the visit and the sales."""
    told = guide.read(loaded.settings)
    assert told is not None
    client = create_app(loaded).test_client()
    bearer = {"Authorization": f"Bearer {told.keys['web']}"}
    asked = {"identifiers": [{"type": "loyalty_card", "value": told.card}]}
    profile = client.post("/v1/profiles/lookup", json=asked, headers=bearer).get_json()["profile"]
    history = client.get(f"/v1/profiles/{profile}/history", headers=bearer).get_json()
    kinds = {item["kind"] for item in history["items"]}
    assert {"sale", "product_viewed", "product_carted"} <= kinds


def test_keys_are_kept_for_their_owner_only(loaded: Services) -> None:
    """Tokens cannot be shown again, so they are kept where only their owner reads them."""
    told = guide.read(loaded.settings)
    assert told is not None
    place = guide.path(loaded.settings)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert {"till", "web", "browser", "steward", "admin"} == set(told.keys)
    assert all(keys.split(token) for token in told.keys.values())
    assert told.keys["till"] not in repr(told)
    text = guide.text(told, url="http://127.0.0.1:8000", today=PLAN.today)
    assert told.card in text
    assert "/kiosk" in text


def test_a_guide_belongs_to_its_database(loaded: Services, database: Database) -> None:
    """With DATABASE_URL set to another server the guide that is kept at home is about nothing there."""
    told = guide.read(loaded.settings)
    with loaded.database.transaction() as connection:
        assert guide.belongs_here(connection, told)
        assert not guide.belongs_here(connection, None)
    with database.transaction() as connection:
        assert not guide.belongs_here(connection, told)


def test_revoked_keys_are_made_anew(services: Services) -> None:
    """A guide whose till may no longer come in is worth nothing: the next load makes new keys."""
    first = load_world(services).guide
    assert first is not None
    parts = keys.split(first.keys["till"])
    assert parts is not None
    with services.database.transaction() as connection:
        keys.revoke(connection, parts[0], now=datetime.now(UTC))
    second = load_world(services).guide
    assert second is not None
    assert second.keys["till"] != first.keys["till"]


def test_the_command_loads_and_tells_the_truth(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`o2o demo` loads a small world; the truth names every record that identity holds."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("O2O_HOME", str(tmp_path))
    truth = tmp_path / "truth.csv"
    result = CliRunner().invoke(command, ["--households", "4", "--made-up", "--truth", str(truth)])
    assert result.exit_code == 0, result.output
    assert "added" in result.output
    told = list(csv.DictReader(truth.read_text(encoding="utf-8").splitlines()))
    assert {row["source"] for row in told} <= {"web", "app", "loyalty", "pos"}
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        # Bank cards that nobody is known by have a record under a hash that the truth cannot name.
        query = "select source, key from identity.record where key not like 'payment_reference:%'"
        stored = connection.execute(sa.text(query)).all()
    engine.dispose()
    known = {(row["source"], row["record_key"].partition("@")[0].partition("~")[0]) for row in told}
    assert set(map(tuple, stored)) <= known


def test_writing_people_needs_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bench data is written as files, without a server and without the real baskets."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    records, truth = tmp_path / "people.csv", tmp_path / "truth.csv"
    asked = ["--people", "500", "--today", "2026-11-21", "--records", str(records), "--truth", str(truth)]
    result = CliRunner().invoke(command, asked)
    assert result.exit_code == 0, result.output
    people = {row["person_id"] for row in csv.DictReader(truth.read_text().splitlines())}
    assert 500 <= len(people) < 510
    assert len(records.read_text().splitlines()) == len(truth.read_text().splitlines())
    first = records.read_bytes()
    CliRunner().invoke(command, asked)
    assert records.read_bytes() == first

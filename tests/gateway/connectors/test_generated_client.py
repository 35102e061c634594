"""A client generated from our OpenAPI document works as it comes out of the generator."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from gateway.access.security import Scope
from gateway.wiring import Services, utc_now
from tests.gateway.conftest import Caller, Issue
from tests.gateway.connectors import story


@pytest.fixture
def generated(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The generated package, imported."""
    document, config = tmp_path / "openapi.json", tmp_path / "config.yaml"
    document.write_bytes(app.test_client().get("/openapi.json").data)
    config.write_text('package_name_override: "o2o_generated"\npost_hooks: []\n')
    generate = ("-m", "openapi_python_client", "generate", "--meta", "none", "--path", str(document))
    where = ("--output-path", str(tmp_path / "o2o_generated"), "--config", str(config))
    made = subprocess.run(
        [sys.executable, *generate, *where], capture_output=True, text=True, check=False, timeout=120
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module("o2o_generated")


def _call(package: ModuleType, tag: str, name: str, client: Any, **options: Any) -> Any:
    answer = importlib.import_module(f"{package.__name__}.api.{tag}.{name}").sync_detailed(
        client=client, **options
    )
    assert answer.status_code == 200, answer.content
    return answer.parsed


def test_it_looks_up_asks_and_commits(
    generated: ModuleType, stage: Services, issue: Issue, address: str, back: Caller
) -> None:
    """The three calls a till needs, typed, against a server over HTTP."""
    models = importlib.import_module("o2o_generated.models")
    key = issue(Scope.QUERY, Scope.REDEEM, Scope.PROFILE_READ)
    client = generated.AuthenticatedClient(base_url=address, token=key)
    cart = {"type": "track", "event": "Product Added", "userId": story.ACCOUNT, "messageId": "1",
            "properties": {"sku": "SW-1"}}  # fmt: skip
    sign_in = {
        "type": "identify",
        "userId": story.ACCOUNT,
        "messageId": "2",
        "traits": {"email": story.EMAIL},
    }
    shop = Caller(back._client, issue(Scope.INGEST, source="web"))
    assert shop("POST", "/v1/segment/v1/batch", {"batch": [cart, sign_in]}).status_code == 200
    asked = models.Lookup.from_dict({"identifiers": [{"type": "loyalty_card", "value": story.CARD}]})
    found = _call(generated, "lookup", "look_up_profile", client, body=asked)
    assert found.status == "known"
    transaction = {"store": "0042", "terminal": "07", "business_day": "2026-11-21", "number": "7"}
    lines = [{"line": "1", "sku": "SW-1", "quantity": "1", "amount": 5999}]
    question = {
        "transaction": transaction, "revision": 1, "mode": "reserve", "channel": "till", "language": "en",
        "shoppers": [{"scan": story.CARD}], "basket": {"currency": "EUR", "lines": lines},
    }  # fmt: skip
    answer = _call(generated, "offers", "query_offers", client, body=models.Question.from_dict(question))
    [effect] = answer.effects
    assert effect.amount == 900
    step = {
        "transaction": transaction, "revision": 1, "occurred_at": utc_now().isoformat(),
        "applied": [{"offer": effect.offer, "line": "1", "quantity": "1", "amount": 900}],
    }  # fmt: skip
    done = _call(
        generated, "redemptions", "commit_redemption", client,
        redemption=answer.redemption.id, body=models.RedemptionStep.from_dict(step),
    )  # fmt: skip
    assert done.state == "committed"
    assert json.dumps(done.to_dict())

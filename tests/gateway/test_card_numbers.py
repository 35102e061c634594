"""Payment card numbers stop at the door, whichever it is."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.access.security import Scope
from gateway.database import Database
from tests.gateway.conftest import Caller

NUMBER = "4111 1111 1111 1111"
NOTE = f"She paid with {NUMBER}."
MASKED = "She paid with [card number removed]."


@pytest.fixture
def back(call: Callable[..., Caller]) -> Caller:
    """Somebody who may do everything, and two shoppers."""
    caller = call(*(set(Scope) - {Scope.KIOSK, Scope.INGEST_PUBLIC}), source="crm")
    for key in ("anna", "bernd"):
        email = {"type": "email", "value": f"{key}@example.at", "assurance": "verified"}
        assert caller("PUT", f"/v1/records/crm/{key}", {"identifiers": [email]}).status_code == 201
    return caller


def _sent(back: Caller, method: str, path: str, body: Any) -> Any:
    answer = back(method, path, body)
    assert answer.status_code in {200, 201, 202, 204}, answer.text
    return answer.json


def _everything(database: Database) -> str:
    """All rows of all tables, as text."""
    with database.transaction() as connection:
        tables = connection.scalars(
            sa.text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
        ).all()
        rows = (connection.scalars(sa.text(f"SELECT t::text FROM {table} t")).all() for table in tables)
        return "\n".join(row for found in rows for row in found)


def test_what_people_write_is_masked(back: Caller, database: Database) -> None:
    """A reason, a note or the evidence of a consent keeps no card number, in no table and no answer."""
    said = {"purpose": "personal_offers", "granted": True, "at": "2026-11-20T10:00:00Z", "evidence": NOTE}
    anna = _sent(back, "PUT", "/v1/records/crm/anna", {"consents": [said]})["record"]
    bernd = _sent(back, "PUT", "/v1/records/crm/bernd", {})["record"]
    judged = {"left": [anna], "right": [bernd], "verdict": "same", "reason": NOTE}
    assert _sent(back, "POST", "/v1/judgements", judged)["reason"] == MASKED
    split = {"groups": [[anna], [bernd]], "reason": NOTE}
    assert MASKED in str(_sent(back, "POST", f"/v1/profiles/{anna}/split", split))
    _sent(back, "POST", "/v1/sources/crm/pause", {"reason": NOTE})
    [kept] = _sent(back, "GET", f"/v1/profiles/{anna}/consents", None)["statements"]
    assert kept["evidence"] == MASKED
    _sent(back, "POST", f"/v1/profiles/{bernd}/erase", {"reason": NOTE})
    assert NUMBER not in _everything(database)

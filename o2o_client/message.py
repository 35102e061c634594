"""What the gateway must hear, as the journal keeps it. Pure."""

from datetime import datetime
from typing import Any, Final

from o2o_client.values import TransactionKey

NO_REDEMPTION: Final = "00000000-0000-0000-0000-000000000000"
"""A void may know no redemption: the transaction decides."""

TRANSACTIONS: Final = "/v1/transactions"


def message(
    number: int,
    key: TransactionKey,
    kind: str,
    path: str,
    body: dict[str, Any],
    *,
    given: dict[str, int] | None = None,
) -> dict[str, Any]:
    """A record of something to send. `given` is what offers gave in it, in all."""
    return {
        "t": "out",
        "id": number,
        "kind": kind,
        "key": key.name,
        "day": key.business_day.isoformat(),
        "path": path,
        "body": body,
        "given": given or {},
        "clocked": path == TRANSACTIONS,
    }


def release(number: int, key: TransactionKey, revision: int, now: datetime) -> dict[str, Any]:
    """Give back what a transaction may hold, up to this revision of its basket."""
    body = {"transaction": key.document(), "occurred_at": now.isoformat(), "revision": revision}
    return message(number, key, "release", f"/v1/redemptions/{NO_REDEMPTION}/void", body)


def undo(number: int, key: TransactionKey, now: datetime) -> dict[str, Any]:
    """The paid sale is cancelled as a whole."""
    body = {"transaction": key.document(), "kind": "void", "occurred_at": now.isoformat()}
    return message(number, key, "void", TRANSACTIONS, body)

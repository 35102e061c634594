"""Sending what is due, one message after another, in a thread of the background worker.

No transaction is open while somebody else's server answers. A message is lent for longer than an answer may
take; whoever is killed meanwhile has sent it perhaps, and it is sent again under the same id.
"""

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from gateway.database import Database
from gateway.webhooks import posting, signing, store, store_endpoints, targets
from gateway.webhooks.posting import NotDeliveredError
from gateway.webhooks.store import Due
from gateway.webhooks.targets import ForbiddenTargetError, Network
from identity.sealing.vault import Vault

log = structlog.get_logger()

LENT: Final = dt.timedelta(seconds=60)
REST_S: Final = 0.5
TROUBLE_S: Final = 5.0

PAUSES: Final = tuple(
    dt.timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""The specification's own schedule; after the last one a message is dead."""

GONE: Final = 410
"""The receiver's word for: never again."""

ADDRESS_RESTS: Final = dt.timedelta(seconds=60)
"""How long an address that did not answer at all is left alone: it costs each of its messages a timeout, and
those to others would wait behind them.
"""

PLACE: Final = "webhook secret"


def run(
    database: Database,
    vault: Vault,
    stop: threading.Event,
    clock: Callable[[], dt.datetime],
    *,
    allowed: Sequence[Network] = (),
) -> None:
    """Sends until `stop` is set."""
    while not stop.is_set():
        try:
            rest_s = 0.0 if send_next(database, vault, clock, allowed=allowed) else REST_S
        except Exception as error:  # noqa: BLE001  (the database is away: the thread must not end with it)
            log.warning("webhooks_paused", error=error)
            rest_s = TROUBLE_S
        stop.wait(rest_s)


def send_next(
    database: Database,
    vault: Vault,
    clock: Callable[[], dt.datetime],
    *,
    allowed: Sequence[Network] = (),
) -> bool:
    """Sends one message and notes what became of it; False when none is due."""
    now = clock()
    with database.transaction() as connection:
        due = store.take(connection, now=now, until=now + LENT)
    if due is None:
        return False
    status, trouble = _send(due, vault, clock(), allowed)
    now = clock()
    with database.transaction() as connection:
        if status is not None and 200 <= status < 300:
            store.settle(connection, due.message_no, state="delivered", due_at=now, trouble=None)
            return True
        if status == GONE:
            store_endpoints.disable(connection, due.endpoint_no)
        is_last = status == GONE or due.attempts > len(PAUSES)
        pause = dt.timedelta(0) if is_last else PAUSES[due.attempts - 1]
        state = "dead" if is_last else "waiting"
        store.settle(connection, due.message_no, state=state, due_at=now + pause, trouble=trouble)
        if status is None:
            store.put_off(connection, due.endpoint_no, until=now + ADDRESS_RESTS)
    return True


def _send(
    due: Due, vault: Vault, now: dt.datetime, allowed: Sequence[Network]
) -> tuple[int | None, str | None]:
    """The answer's status, if there was one, and what went wrong."""
    secrets = [vault.unseal(due.secret, PLACE)]
    if due.former_secret is not None and due.former_until is not None and now < due.former_until:
        secrets.append(vault.unseal(due.former_secret, PLACE))
    body = due.body.encode()
    headers = {
        "content-type": "application/json",
        "user-agent": "o2o-gateway",
        **signing.headers(secrets, f"msg_{due.message_no}", body, at=now),
    }
    try:
        status = posting.post(targets.resolve(due.url, allowed=allowed), body, headers)
    except (ForbiddenTargetError, NotDeliveredError) as error:
        return None, str(error)
    return status, f"answered {status}"

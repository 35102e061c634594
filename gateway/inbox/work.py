"""The worker's side of the inbox: what a delivery means, done part by part.

Invariant: a part and the note that it is done are one transaction. A killed worker leaves a delivery between
two parts, and whoever comes next goes on there.
"""

import datetime as dt
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import Connection

from gateway.connectors import shopify, woocommerce
from gateway.connectors.parts import EventPart, NotUnderstoodError, Part
from gateway.inbox import doing, pauses, store
from gateway.inbox.doing import NotYetError
from gateway.inbox.store import Delivery, Waiting
from gateway.wiring import Services

log = structlog.get_logger()

PATIENCE: Final = dt.timedelta(days=7)
"""How long something waits for what it belongs to. A refund may overtake its order, but not by a week."""

KEPT_FOR: Final = dt.timedelta(days=14)
"""How long a repetition is recognised: shops repeat a webhook for two days at most."""


def place(source: str, delivery: str) -> str:
    """Where a body is sealed to."""
    return f"inbox:{source}:{delivery}"


def step(connection: Connection, services: Services, *, now: dt.datetime) -> bool:
    """Works on one part of one delivery; False when none is due."""
    waiting = store.take(connection, now=now)
    if waiting is None:
        return False
    try:
        parts = _parts(services, waiting.came)
        with connection.begin_nested():
            is_done = waiting.part < len(parts) and doing.do(
                connection, services, waiting.came, parts[waiting.part], now=now
            )
    except NotYetError as error:
        _wait(connection, waiting, error.what, now=now)
        return True
    except Exception as error:  # noqa: BLE001  (whatever it is: this delivery waits, the others go on)
        _put_off(connection, waiting, error, now=now)
        return True
    reached = waiting.part + is_done
    store.advance(connection, waiting.inbox_no, part=reached, is_last=reached >= len(parts))
    if is_done and isinstance(part := parts[waiting.part], EventPart) and part.known_as is not None:
        store.wake(connection, waiting.came.source, [part.known_as], now=now)
    return True


def _parts(services: Services, came: Delivery) -> tuple[Part, ...]:
    """What the delivery means. Raises NotUnderstoodError."""
    raw = services.identity.vault.unseal(came.sealed, place(came.source, came.delivery))
    body: Any = orjson.loads(raw)
    if not isinstance(body, dict):
        raise NotUnderstoodError("is no object")
    if came.connector == "shopify":
        return shopify.TOPICS[came.topic](body)
    return woocommerce.TOPICS[came.topic](body, services.settings.currency)


def _wait(connection: Connection, waiting: Waiting, what: str, *, now: dt.datetime) -> None:
    """Until what it belongs to has come, or in vain."""
    is_patient = now - waiting.came.received_at < PATIENCE
    store.put_off(
        connection,
        waiting.inbox_no,
        due_at=now + pauses.LONGEST_PAUSE if is_patient else None,
        trouble=f"waits for {what}",
        waits_for=what,
    )


def _put_off(connection: Connection, waiting: Waiting, error: Exception, *, now: dt.datetime) -> None:
    """Until its next turn, later each time. What cannot be understood is no better next time."""
    due_at = None if isinstance(error, NotUnderstoodError) else pauses.next_turn(waiting.attempts, now)
    log.warning("delivery_failed", number=waiting.inbox_no, topic=waiting.came.topic, error=error)
    store.put_off(
        connection,
        waiting.inbox_no,
        due_at=due_at,
        trouble=str(error) if isinstance(error, NotUnderstoodError) else type(error).__name__,
        waits_for=None,
    )


def forget(connection: Connection, *, now: dt.datetime, most: int) -> int:
    """Forgets deliveries that nobody repeats any more."""
    return store.forget(connection, before=now - KEPT_FOR, most=most)

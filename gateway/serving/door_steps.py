"""The background work of the doors: events and deliveries of shops worked on, others told what happens."""

import datetime as dt

from sqlalchemy import Connection

from gateway.inbox import batches, work
from gateway.serving.worker import Step
from gateway.webhooks import store, telling
from gateway.wiring import Services

FORGOTTEN_AT_ONCE = 1_000
MESSAGES_KEPT_FOR = dt.timedelta(days=30)


def door_steps(services: Services) -> tuple[Step, ...]:
    """The steps of the worker that serve the doors."""

    def work_on_events(connection: Connection, now: dt.datetime) -> bool:
        del connection  # each transaction of theirs is done again when it ended for another's sake
        return batches.step(services, now=now)

    def work_on_deliveries(connection: Connection, now: dt.datetime) -> bool:
        return work.step(connection, services, now=now)

    def forget_deliveries(connection: Connection, now: dt.datetime) -> bool:
        return work.forget(connection, now=now, most=FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE

    def tell_others(connection: Connection, now: dt.datetime) -> bool:
        return telling.step(connection, now=now)

    def forget_messages(connection: Connection, now: dt.datetime) -> bool:
        gone = store.forget(connection, before=now - MESSAGES_KEPT_FOR, most=FORGOTTEN_AT_ONCE)
        return gone == FORGOTTEN_AT_ONCE

    return (
        Step("events", every_s=0.2, run=work_on_events),
        Step("deliveries", every_s=0.2, run=work_on_deliveries),
        Step("forget_deliveries", every_s=600, run=forget_deliveries),
        Step("webhooks", every_s=1, run=tell_others),
        Step("forget_messages", every_s=3600, run=forget_messages),
    )

"""What the background worker does, and how often."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection

from gateway import portraits, store_idempotency
from gateway.idempotency import KEPT_FOR
from gateway.inbox import work
from gateway.webhooks import store as webhook_store
from gateway.webhooks import telling
from gateway.wiring import Services
from gateway.worker import Step
from identity import changes, redo
from identity.breaker import watching
from offers import decision_days
from offers.recommendations import service as recommendations

FORGOTTEN_AT_ONCE = 1_000
MESSAGES_KEPT_FOR = dt.timedelta(days=30)


def steps(services: Services) -> Sequence[Step]:
    """All steps of the worker."""

    def redo_one(connection: Connection, now: dt.datetime) -> bool:
        return redo.step(connection, services.identity, now=now)

    def watch_sources(connection: Connection, now: dt.datetime) -> bool:
        return watching.watch(connection, services.identity, now=now) > 0

    def number_changes(connection: Connection, now: dt.datetime) -> bool:
        del now
        return changes.number(connection) > 0

    def forget_answers(connection: Connection, now: dt.datetime) -> bool:
        gone = store_idempotency.forget(connection, before=now - KEPT_FOR, most=FORGOTTEN_AT_ONCE)
        return gone == FORGOTTEN_AT_ONCE

    def keep_decision_days(connection: Connection, now: dt.datetime) -> bool:
        decision_days.keep(connection, now=now)
        return False

    def work_on_deliveries(connection: Connection, now: dt.datetime) -> bool:
        return work.step(connection, services, now=now)

    def forget_deliveries(connection: Connection, now: dt.datetime) -> bool:
        return work.forget(connection, now=now, most=FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE

    def learn_companions(connection: Connection, now: dt.datetime) -> bool:
        del now
        recommendations.learn(connection)
        return False

    def tell_others(connection: Connection, now: dt.datetime) -> bool:
        return telling.step(connection, now=now)

    def forget_messages(connection: Connection, now: dt.datetime) -> bool:
        gone = webhook_store.forget(connection, before=now - MESSAGES_KEPT_FOR, most=FORGOTTEN_AT_ONCE)
        return gone == FORGOTTEN_AT_ONCE

    def fill_segments(connection: Connection, now: dt.datetime) -> bool:
        portraits.sweep(connection, services, now=now)
        return False

    return (
        Step("redo", every_s=0.5, run=redo_one),
        Step("watch_sources", every_s=2, run=watch_sources),
        Step("number_changes", every_s=0.2, run=number_changes),
        Step("deliveries", every_s=0.2, run=work_on_deliveries),
        Step("forget_deliveries", every_s=600, run=forget_deliveries),
        Step("webhooks", every_s=1, run=tell_others),
        Step("forget_messages", every_s=3600, run=forget_messages),
        Step("forget_answers", every_s=600, run=forget_answers),
        Step("segments", every_s=0.5, run=fill_segments),
        Step("decision_days", every_s=3600, run=keep_decision_days),
        Step("companions", every_s=3600, run=learn_companions),
    )

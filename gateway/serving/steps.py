"""What the background worker does, and how often."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection

from gateway.serving.door_steps import door_steps
from gateway.serving.worker import Step
from gateway.shopping import portraits
from gateway.wire import store_idempotency
from gateway.wire.idempotency import KEPT_FOR
from gateway.wiring import Services
from identity import redo
from identity.breaker import watching
from identity.reading import changes
from identity.rights import erasure as identity_erasure
from offers import erasure
from offers import service as offers
from offers.decisions import decision_days
from offers.experiments import moving
from offers.learning import reading as learning
from offers.recommendations import service as recommendations
from offers.segments import service as segments

FORGOTTEN_AT_ONCE = 1_000


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

    return (
        Step("redo", every_s=0.5, run=redo_one),
        Step("watch_sources", every_s=2, run=watch_sources),
        Step("number_changes", every_s=0.2, run=number_changes),
        *door_steps(services),
        Step("forget_answers", every_s=600, run=forget_answers),
        *_offers_steps(services),
    )


def _offers_steps(services: Services) -> Sequence[Step]:
    """What offers do when nobody asks."""

    def keep_decision_days(connection: Connection, now: dt.datetime) -> bool:
        decision_days.keep(connection, now=now)
        return False

    def book_waiting_return(connection: Connection, now: dt.datetime) -> bool:
        return offers.book_waiting_return(connection, services.offers, now=now)

    def forget_waiting_returns(connection: Connection, now: dt.datetime) -> bool:
        offers.forget_waiting_returns(connection, now=now)
        return False

    def forget_again(connection: Connection, now: dt.datetime) -> bool:
        record_nos = erasure.forget_again(connection, now=now)
        identity_erasure.forget_again(connection, record_nos)
        return len(record_nos) == erasure.AT_ONCE

    def learn_companions(connection: Connection, now: dt.datetime) -> bool:
        del now
        recommendations.learn(connection)
        return False

    def learn_from_decisions(connection: Connection, now: dt.datetime) -> bool:
        return learning.learn(connection, services.offers, now=now)

    def move_shares(connection: Connection, now: dt.datetime) -> bool:
        moving.move_shares(connection, now=now)
        return False

    def fill_segments(connection: Connection, now: dt.datetime) -> bool:
        if not segments.is_asked(connection, services.offers):
            return segments.rest(connection)
        portraits.sweep(connection, services, now=now)
        return False

    return (
        Step("segments", every_s=0.5, run=fill_segments),
        Step("waiting_returns", every_s=5, run=book_waiting_return),
        Step("forget_waiting_returns", every_s=3600, run=forget_waiting_returns),
        Step("forget_again", every_s=5, run=forget_again),
        Step("decision_days", every_s=3600, run=keep_decision_days),
        Step("decisions", every_s=5, run=learn_from_decisions),
        Step("shares", every_s=3600, run=move_shares),
        Step("companions", every_s=3600, run=learn_companions),
    )

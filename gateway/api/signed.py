"""What the doors for shops' webhooks share: who signed the bytes is the caller, there is no key.

A webhook is answered once it is on disk. What it means is found out later, because its sender waits for
seconds only and takes a late answer for none.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

import flask
from flask import request
from werkzeug import Response

from gateway import metrics
from gateway.api.endpoint import finish, refused, services
from gateway.inbox import shops, store, work
from gateway.inbox.store import Delivery
from gateway.wire import body as bodies
from gateway.wire.problems import Problem
from gateway.wiring import Services

MAX_BYTES: Final = 5_000_000
LONGEST_ID: Final = 200


def door(connector: str, about: str) -> flask.Blueprint:
    """A blueprint outside the published contract: the shop's own documentation says what it sends."""
    made = flask.Blueprint(f"shop_{connector}", __name__, url_prefix=f"/v1/connectors/{connector}")
    made.__doc__ = about
    return made


@dataclass(frozen=True, slots=True)
class Signed:
    """What a webhook's headers say."""

    shop: str
    topic: str
    delivery: str
    signature: str
    takes: Container[str]

    def answer(self, connector: str) -> Response:
        """The answer to the present request: kept, known already, of no interest, or a refusal."""
        started_s = time.perf_counter()
        try:
            self._keep(services(), connector)
            answer = Response(status=200)
        except Exception as error:  # noqa: BLE001  (the door's last line: whatever it is becomes a problem)
            answer = refused(error)
        finish(request, answer.status_code, started_s, None)
        return answer

    def _keep(self, held: Services, connector: str) -> None:
        raw, now = bodies.raw_body(request, most=MAX_BYTES), held.clock()
        with held.database.transaction() as connection:
            sender = shops.sender(
                connection, held.identity.vault, connector, name=self.shop, raw=raw, signature=self.signature
            )
            if sender is None:
                metrics.deliveries.labels(connector, "refused").inc()
                raise Problem("bad_signature", "No shop that we know signed these bytes.")
            is_new = self.topic in self.takes and store.put(
                connection, self._delivery(held, connector, sender.source, raw, now)
            )
        metrics.deliveries.labels(connector, "kept" if is_new else "left").inc()

    def _delivery(
        self, held: Services, connector: str, source: str, raw: bytes, now: dt.datetime
    ) -> Delivery:
        # WooCommerce numbers deliveries by the second, so two of one second are told apart by what they say.
        content = hashlib.sha256(self.topic.encode() + b"\n" + raw).hexdigest()[:32]
        named = self.delivery[:LONGEST_ID].replace("\x00", "")
        delivery = f"{named}/{content}" if connector == "woocommerce" or not named else named
        sealed = held.identity.vault.seal(raw, work.place(source, delivery))
        return Delivery(connector, source, delivery, self.topic, now, sealed)

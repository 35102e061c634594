"""What a kiosk shows for something scanned or typed: the answer of the same service that tills ask.

Invariant: nothing on a kiosk names anybody, and what was typed is not even looked up. So a typed phone
number, e-mail address or card number teaches a stranger nothing, not even by how long the answer takes.
"""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import Connection

from gateway.access.security import Principal, Scope
from gateway.connectors import scans
from gateway.pages.kiosk import visits
from gateway.pages.kiosk.cards import drawn
from gateway.pages.kiosk.shop import Shop, shop_with_code
from gateway.pages.kiosk.store import Device
from gateway.pages.wording import DEFAULT_LANGUAGE
from gateway.shopping import questions
from gateway.shopping.questions import Answered
from gateway.wire import decoded
from gateway.wire.glyphs import TOKEN_BYTES, token_bytes, token_text
from gateway.wire.learnt import learnt
from gateway.wire.problems import Problem
from gateway.wiring import Services
from identity.answers import FoundStatus
from offers.evaluation.decision import Offer
from offers.redemptions.redemption import Refused
from offers.take_along import tokens
from offers.take_along.store_tokens import Owner
from offers.take_along.tokens import Dead

MOST_OFFERS: Final = 4
"""What fits on a screen without scrolling."""

Kind = Literal[
    "offers", "everyone", "token", "typed", "none", "unknown", "ambiguous", "spent", "expired"
]  # screens of static/kiosk/machine.js

_DEAD: Final[Mapping[str, Kind]] = {"unknown": "unknown", "used": "spent", "expired": "expired"}


@learnt
class Presented(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came from the page: something scanned or typed, and the language to answer in."""

    entry: Literal["scanned", "typed"]
    value: Annotated[str, Meta(min_length=1, max_length=512)]
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}\Z")] = DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class Answer:
    """Which screen to show, with which offers. `degraded`: personal offers could not be reached."""

    kind: Kind
    offers: tuple[Offer, ...]
    degraded: bool
    owner: Owner | None = None
    """Whose offers these are; never leaves the server."""
    visitor: int | None = None
    """The profile whose card was scanned, if she agreed to personal offers."""


def answer(held: Services, device: Device, asked: Presented) -> dict[str, Any]:
    """Return the page's answer, ready for orjson. Raises Problem and the domains' errors."""
    now = held.clock()
    token = token_bytes(asked.value) if asked.entry == "scanned" else None
    with held.quick.connect() as connection:
        shop = shop_with_code(connection, device.store)
        found = _ask(connection, held, device, asked, token, now)
        codes = [offer.product for offer in found.offers if offer.product is not None]
        products = held.offers.assortment.named(connection, codes) if codes else {}
    codes_to_take = _issue(held, found, token, now)
    _note_visit(held, device, asked, found, now)
    region = shop.region(asked.language)
    return {
        "answer": found.kind,
        "degraded": found.degraded,
        "offers": [
            drawn(offer, products, region, now, code)
            for offer, code in zip(found.offers, codes_to_take, strict=True)
        ],
    }


def _ask(
    connection: Connection,
    held: Services,
    device: Device,
    asked: Presented,
    token: bytes | None,
    now: dt.datetime,
) -> Answer:
    dead = tokens.look_at(connection, token, now=now) if token is not None else None
    if isinstance(dead, Dead):
        return Answer(_DEAD[dead.reason], (), degraded=False)
    question = decoded.Question(
        channel="kiosk",
        language=asked.language,
        shoppers=[decoded.Shopper(scan=asked.value)] if asked.entry == "scanned" else [],
        limit=MOST_OFFERS,
    )
    principal = _principal(device)
    questions.check(question, principal)
    found = questions.answer(connection, held, question, principal, now=now)
    if isinstance(found, Refused):
        raise found.error
    if found.degraded and not found.answer.decision.offers:
        raise Problem("unavailable", "Offers cannot be reached just now.", retry_after_s=1)
    return _judged(found, is_typed=asked.entry == "typed", is_token=token is not None)


def _judged(found: Answered, *, is_typed: bool, is_token: bool) -> Answer:
    """Which screen an answered query is."""
    offers = found.answer.decision.offers
    if is_typed:
        return Answer("typed", offers, degraded=False)
    if found.degraded:
        return Answer("everyone", offers, degraded=True)
    reading = found.readings[0]
    if reading.status is not FoundStatus.KNOWN or reading.shopper is None or reading.profile_no is None:
        kind: Kind = "ambiguous" if reading.status is FoundStatus.AMBIGUOUS else "unknown"
        return Answer(kind, offers, degraded=False)
    owner = Owner(UUID(reading.shopper.profile_id), reading.profile_no)
    visitor = reading.profile_no if reading.shopper.personal and not is_token else None
    if is_token:
        own = tuple([offer for offer in offers if offer.personalised])
        # A live token without its offer: it was redeemed with the card, ended, or may no longer be shown.
        return Answer("token" if own else "expired", own, degraded=False, owner=owner)
    if not any(offer.personalised for offer in offers):
        return Answer("everyone" if offers else "none", offers, degraded=False, visitor=visitor)
    return Answer("offers", offers, degraded=False, owner=owner, visitor=visitor)


def _note_visit(held: Services, device: Device, asked: Presented, found: Answer, now: dt.datetime) -> None:
    card = scans.card(asked.value)
    profile_no = found.visitor
    if card is None or profile_no is None:
        return
    held.database.transact(
        lambda connection: visits.note(
            connection, held.identity, device, card=card, profile_no=profile_no, now=now
        )
    )


def _issue(held: Services, found: Answer, token: bytes | None, now: dt.datetime) -> Sequence[str | None]:
    """Return for each offer the code to take it along, None for those that need none.

    A code that was shown stands for its offer already; looking at it again makes no second one.
    """
    if found.owner is None:
        return [None] * len(found.offers)
    if token is not None:
        return [token_text(token) for _ in found.offers]
    fresh = [secrets.token_bytes(TOKEN_BYTES) if offer.personalised else None for offer in found.offers]
    issued = [
        (offer.offer, offer.expires_at, made)
        for offer, made in zip(found.offers, fresh, strict=True)
        if made is not None
    ]
    with held.database.transaction() as connection:
        tokens.issue(connection, found.owner, issued, now=now)
    return [token_text(made) if made is not None else None for made in fresh]


def shop_of(held: Services, device: Device) -> Shop:
    """The store the kiosk stands in. Raises UnknownStoreError."""
    with held.quick.connect() as connection:
        return shop_with_code(connection, device.store)


def _principal(device: Device) -> Principal:
    """A kiosk as the door's services know it: one store, the scope `kiosk`, limits of its own."""
    return Principal(
        key_id=f"kiosk:{device.device_id}",
        scopes=frozenset({Scope.KIOSK}),
        source="kiosk",
        stores=frozenset({device.store}),
    )

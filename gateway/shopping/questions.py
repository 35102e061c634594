"""One offer query from the decoded body to the answer's members: who, where, which products, what offers.

A quote costs one read of who stands there and what must be known (else one of each, see `standing`) on a
connection that commits each by itself, and writes nothing; a reserve does the same inside one transaction.
When only identity is slow, the answer is impersonal and says `degraded`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg2
import sqlalchemy.exc
from sqlalchemy import Connection

from gateway import metrics
from gateway.access.security import Principal, Scope, allow, speaks_for_store
from gateway.connectors import scans
from gateway.shopping import shoppers, standing, till
from gateway.shopping.shoppers import Asker, Reading
from gateway.shopping.standing import Stood
from gateway.shopping.take_along import Till
from gateway.wire import decoded
from gateway.wire.problems import Place as WrongPlace
from gateway.wire.problems import Problem, invalid
from gateway.wiring import Services
from offers import service
from offers.codes import spelling
from offers.evaluation.decision import Prompt, Refusal, RefusedCode
from offers.model import Basket, Place, Query, TransactionKey
from offers.redemptions.redemption import Authorised, Redemption, Refused
from offers.service import Answer

IN_STORE = frozenset({"till", "kiosk"})

DEFAULT_LANGUAGE = "en"
GREETINGS = {
    "de": "Willkommen zurück",
    "en": "Welcome back",
    "es": "Nos alegra verte de nuevo",
    "fr": "Ravis de vous revoir",
    "it": "Bentornati",
    "nl": "Welkom terug",
    "pl": "Miło widzieć ponownie",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What a query came to, ready to be rendered."""

    answer: Answer
    readings: tuple[Reading, ...]
    degraded: tuple[str, ...]
    language: str
    key_version: int | None = None
    """The version of all keys, when it came with a reading."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """The codes as they were typed, by the digests that the decision knows them by."""


def check(question: decoded.Question, principal: Principal) -> None:
    """Raise Problem for what this caller may not ask, and for what the schema cannot say."""
    till.check(question.shoppers, question.basket)
    if question.mode == "reserve":
        allow(principal, frozenset({Scope.REDEEM}))
        if question.transaction is None:
            raise invalid(WrongPlace("/transaction", "is required to reserve"))
    if not principal.may(Scope.QUERY) and (question.channel != "kiosk" or question.mode != "quote"):
        raise Problem("wrong_scope", "A kiosk may only ask for quotes on channel `kiosk`.")
    if question.transaction is not None:
        speaks_for_store(principal, question.transaction.store)
    elif question.channel in IN_STORE and _only_store(principal) is None:
        raise invalid(
            WrongPlace(
                "/transaction",
                "is required: this key is not bound to one store, so it says where the till stands",
            )
        )


def _only_store(principal: Principal) -> str | None:
    if principal.stores is None or len(principal.stores) != 1:
        return None
    return next(iter(principal.stores))


def answer(
    connection: Connection,
    held: Services,
    question: decoded.Question,
    principal: Principal,
    *,
    now: dt.datetime,
    content: bytes = b"",
    authorised: Authorised = lambda: True,
) -> Answered | Refused:
    """Answer a checked question. Raises Problem and the domains' errors."""
    place = _place(connection, held, question, principal)
    key = till.transaction_key(question.transaction) if question.transaction is not None else None
    asker = Asker(
        identity=held.identity,
        limits=held.limits,
        principal=principal,
        now=now,
        till=_till(question, key, place),
    )
    typed = {str(spelling.digest(scans.code(code.code))): code.code for code in question.codes}
    codes = till.product_codes(question.basket)
    products = held.offers.assortment.named(connection, codes) if codes else {}
    basket = till.basket(question.basket, products) if question.basket is not None else None
    asked = _query(question, place, key, basket, tuple(typed), now)
    stood = _read(connection, held, asker, question, asked)
    buyer = _buyer(question, stood)
    outcome = service.query(
        connection,
        held.offers,
        asked,
        buyer.shopper if buyer is not None else None,
        now=now,
        record_no=buyer.profile_no if buyer is not None else None,
        authorised=authorised,
        content=content,
        dry_run=question.dry_run or question.training,
        seen=stood.seen,
    )
    if isinstance(outcome, Refused):
        return outcome
    if typed:
        unknown = [one for one in outcome.decision.refused if one.reason == "unknown_code"]
        held.limits.missed(principal, len(unknown))
    return Answered(
        outcome, stood.readings, stood.degraded, asked.language, min(asker.key_versions, default=None), typed
    )


def _query(
    question: decoded.Question,
    place: Place,
    key: TransactionKey | None,
    basket: Basket | None,
    codes: tuple[str, ...],
    now: dt.datetime,
) -> Query:
    """The question as offers take it; in training nothing is reserved."""
    return Query(
        channel=question.channel,
        place=place,
        price_time=now,
        basket=basket,
        transaction=key,
        revision=question.revision,
        mode="quote" if question.training else question.mode,
        language=question.language or DEFAULT_LANGUAGE,
        placement=question.placement,
        codes=codes,
        limit=question.limit,
    )


def _buyer(question: decoded.Question, stood: Stood) -> Reading | None:
    """Whoever of those who stand there buys."""
    for sent, known in zip(question.shoppers, stood.readings, strict=False):
        if sent.role == "buyer":
            return known
    return None


def _place(connection: Connection, held: Services, question: decoded.Question, principal: Principal) -> Place:
    if question.transaction is not None:
        return held.offers.snapshots.place(connection, question.transaction.store)
    store = _only_store(principal)
    if store is not None and question.channel in IN_STORE:
        return held.offers.snapshots.place(connection, store)
    sent = question.basket
    return Place(
        store_no=None,
        store=None,
        zone=held.settings.zone,
        currency=sent.currency if sent is not None else held.settings.currency,
        tax=sent.tax if sent is not None else "included",
    )


def _till(question: decoded.Question, key: TransactionKey | None, place: Place) -> Till | None:
    """The transaction that uses up an offer's QR code: none for a rehearsal."""
    if key is None or place.store_no is None or question.dry_run or question.training:
        return None
    return Till(key, place.store_no)


def _read(
    connection: Connection, held: Services, asker: Asker, question: decoded.Question, asked: Query
) -> Stood:
    try:
        stood = standing.read(connection, held.gathering, asker, held.offers, question.shoppers, asked)
        if stood is not None:
            return stood
        channel = question.channel
        return Stood(
            tuple([shoppers.read(connection, asker, sent, channel=channel) for sent in question.shoppers])
        )
    except (psycopg2.errors.QueryCanceled, psycopg2.errors.LockNotAvailable):
        pass
    except sqlalchemy.exc.OperationalError as error:
        if not isinstance(error.orig, psycopg2.errors.QueryCanceled | psycopg2.errors.LockNotAvailable):
            raise
    driver: Any = connection.connection.dbapi_connection
    if not driver.autocommit:  # the timeout has ended the transaction that was to hold the offers
        raise Problem(
            "unavailable", "Identity did not answer in time; ask again in a second.", retry_after_s=1
        )
    metrics.degraded.labels("identity").inc()
    return Stood(tuple([shoppers.UNKNOWN for _ in question.shoppers]), degraded=("identity",))


def members(found: Answered) -> dict[str, Any]:
    """The answer's members, ready to be written as JSON."""
    decision = found.answer.decision
    return {
        "decision": found.answer.id,
        "revision": found.answer.revision,
        "catalogue": decision.catalogue,
        "valid_until": decision.valid_until,
        "degraded": found.degraded,
        "shoppers": [
            _shopper(reading, found.language if decision.greet else None) for reading in found.readings
        ],
        "offers": decision.offers,
        "effects": decision.effects,
        "totals": decision.totals,
        "lines": decision.lines,
        "prompts": [
            *[_which_shopper(reading) for reading in found.readings if reading.choices],
            *[_which_product(prompt) for prompt in decision.prompts],
        ],
        "refused": [
            *(_as_typed(decision.refused, found.typed) if found.typed else decision.refused),
            *(reading.refused for reading in found.readings if reading.refused is not None),
        ],
        "redemption": _held(found.answer.redemption) if found.answer.redemption is not None else None,
    }


def _held(redemption: Redemption) -> dict[str, Any]:
    return {
        "id": redemption.id,
        "state": redemption.state,
        "expires_at": redemption.expires_at,
        "items": [
            {
                "offer": item.offer,
                "line": item.line,
                "desired": item.desired_minor,
                "granted": item.granted_minor,
                "over_limit": item.over_limit,
                "reason": item.reason,
            }
            for item in redemption.items
        ],
    }


def _which_shopper(reading: Reading) -> dict[str, Any]:
    return {"type": "choose_shopper", "options": _choices(reading)}


def _which_product(prompt: Prompt) -> dict[str, Any]:
    options = [{"campaign": prompt.campaign, "product": sku} for sku in prompt.options]
    return {"type": prompt.type, "options": options}


def _as_typed(refused: Iterable[Refusal | RefusedCode], typed: Mapping[str, str]) -> Iterator[Any]:
    """Refusals with codes as they were typed: the decision itself, which is logged, knows digests only."""
    for one in refused:
        yield replace(one, code=typed.get(one.code, one.code)) if isinstance(one, RefusedCode) else one


def _shopper(reading: Reading, language: str | None) -> dict[str, Any]:
    """What may be said about a shopper; a language when they may be greeted."""
    known = reading.shopper
    is_greeted = language is not None and known is not None
    return {
        "status": reading.status.value,
        "tier": known.tier if is_greeted and known is not None else None,
        "greeting": greeting(language) if is_greeted and language is not None else None,
        "choices": _choices(reading),
    }


def greeting(language: str) -> str:
    """Words for the display; without a name, which the people behind may read."""
    return GREETINGS.get(language.partition("-")[0].lower(), GREETINGS["en"])


def _choices(reading: Reading) -> list[dict[str, Any]]:
    return [{"choice": one.choice, "masked": one.masked} for one in reading.choices]

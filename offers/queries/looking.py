"""What a query must know, read once: of the moment, of whoever stands there, of what lies in the basket.

A till's quote asks the same whoever stands there, so its question may travel with that of who it is (`ahead`,
`seen`). Everything else is read when the shopper is known (`look`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from offers import transaction_key
from offers.catalogue.snapshot import Snapshot
from offers.codes import opening
from offers.context import Context
from offers.decisions.decision_record import Inputs
from offers.errors import CurrencyMismatchError, StaleRevisionError
from offers.model import Known, Query, Shopper, Traits
from offers.preferences.rules import preferences
from offers.queries import store_known
from offers.queries.headroom import USUAL_MINOR
from offers.queries.store_known import Moment, Question
from offers.queries.store_known_statement import GIVEN, People
from offers.redemptions.redemption import Refused
from offers.segments import store as store_segments
from offers.showings import service as showings

_SEEN: Final = "A query of this transaction with a higher revision has been answered."


class Ahead(NamedTuple):
    """What a till's quote will ask before it is known who stands there, and the catalogue it is asked for."""

    snapshot: Snapshot
    question: Question


class Seen(NamedTuple):
    """What was told, and the catalogue it was asked for."""

    snapshot: Snapshot
    moment: Moment


class Looked(NamedTuple):
    """All that evaluating needs: the catalogue and the inputs."""

    snapshot: Snapshot
    inputs: Inputs


def ahead(
    connection: Connection, ctx: Context, asked: Query, people: People, *, now: datetime, first: int
) -> Ahead | None:
    """What a quote will ask of the moment, whoever stands there; None where that depends on who it is.

    `people` says where the statement finds them, whose own parameters come before the `first` of these.
    """
    snapshot = ctx.snapshots.catalogue(connection)
    if not _is_narrow(asked, snapshot):
        return None
    _check_currency(asked)
    question = _question(connection, ctx, asked, None, snapshot, now=now, people=people, first=first)
    return Ahead(snapshot, question)


def seen(connection: Connection, asked: Ahead, told: Sequence[Any], shopper: Shopper | None) -> Seen:
    """What was told about whoever it was."""
    moment = store_known.moment(connection, asked.question, told)
    if shopper is None:
        moment = moment._replace(redeemed={}, wants={}, preferences=[])
    elif not shopper.personal:
        moment = moment._replace(wants={}, preferences=[])
    return Seen(asked.snapshot, moment)


def look(
    connection: Connection,
    ctx: Context,
    asked: Query,
    shopper: Shopper | None,
    *,
    now: datetime,
    claims: bool = False,
    seen: Seen | None = None,
) -> Looked | Refused:
    """Read what matters to a query, once; a second time only when the catalogue had to be replaced.

    `claims`: counted codes are claimed for the transaction. `seen`: it was read with who stands there.
    """
    _check_currency(asked)
    snapshot = ctx.snapshots.catalogue(connection)
    if seen is None:
        seen = _read(connection, ctx, asked, shopper, snapshot, now=now)
    while True:
        snapshot = ctx.snapshots.at_least(connection, seen.moment.version)
        if snapshot is seen.snapshot:
            break
        seen = _read(connection, ctx, asked, shopper, snapshot, now=now)
    moment = seen.moment
    if ctx.assortment.refresh(connection, moment.assortment_version):
        ctx.snapshots.forget_places()
    pinned = _pinned(ctx, asked, moment)
    if isinstance(pinned, Refused):
        return pinned
    openings = opening.of_query(
        connection, asked, shopper, has_codes=snapshot.has_codes, claims=claims, now=now
    )
    wants, in_basket = moment.wants, _in_basket(asked)
    if asked.channel == "till" and not snapshot.looks_beyond:
        wants = {number: wants[number] for number in in_basket if number in wants}
    known = Known(
        wants=wants,
        products=ctx.assortment.numbered(connection, in_basket | wants.keys()),
        stock=moment.stock,
        room=moment.room,
        redeemed=moment.redeemed,
        traits=_traits(connection, snapshot, shopper),
        opened=openings.campaigns,
        overrides=snapshot.overrides if asked.channel != "till" else (),
        codes=openings.refused,
        named=openings.named,
        stopped=moment.stopped,
        all_stopped=moment.stopped_here,
        preferences=preferences(moment.preferences, at_s=int(pinned.price_time.timestamp())),
        resting=_resting(connection, ctx, pinned, shopper) if wants else {},
    )
    return Looked(
        snapshot, Inputs(query=pinned, shopper=shopper, known=known, policy=ctx.policy, seed=ctx.seed)
    )


def _check_currency(asked: Query) -> None:
    in_store = asked.place.store_no is not None
    if asked.basket is not None and in_store and asked.basket.currency != asked.place.currency:
        raise CurrencyMismatchError


def _in_basket(asked: Query) -> set[int]:
    lines = asked.basket.lines if asked.basket is not None else ()
    return {line.product_no for line in lines if line.product_no is not None}


def _read(
    connection: Connection,
    ctx: Context,
    asked: Query,
    shopper: Shopper | None,
    snapshot: Snapshot,
    *,
    now: datetime,
) -> Seen:
    question = _question(connection, ctx, asked, shopper, snapshot, now=now)
    return Seen(snapshot, store_known.read(connection, question))


def _question(
    connection: Connection,
    ctx: Context,
    asked: Query,
    shopper: Shopper | None,
    snapshot: Snapshot,
    *,
    now: datetime,
    people: People = GIVEN,
    first: int = 1,
) -> Question:
    in_basket = _in_basket(asked)
    scarce = ctx.headroom.scarce(snapshot) if _is_usual(asked) else snapshot.roomy
    products = ctx.assortment.numbered(connection, in_basket) if snapshot.asks_by_line(scarce) else {}
    return store_known.question(
        asked,
        shopper,
        snapshot.asked(asked, products, scarce),
        basket=in_basket if _is_narrow(asked, snapshot) else None,
        with_groups=snapshot.catalogue.wants_groups,
        with_stock=asked.channel != "till" or snapshot.needs_stock,
        with_uses=snapshot.counts_people,
        now=now,
        people=people,
        first=first,
    )


def _is_usual(asked: Query) -> bool:
    """Whether it can take so little that campaigns far from their ends need not be asked."""
    if asked.mode != "quote" or asked.channel != "till" or asked.basket is None:
        return False
    return sum([line.amount_minor for line in asked.basket.lines]) <= USUAL_MINOR


def _is_narrow(asked: Query, snapshot: Snapshot) -> bool:
    """Whether only wants of the basket's products matter: at a till, unless campaigns look further."""
    return asked.channel == "till" and not snapshot.looks_beyond and not snapshot.needs_stock


def _traits(connection: Connection, snapshot: Snapshot, shopper: Shopper | None) -> Traits | None:
    """What is known of the person beside wants; read only where a live campaign asks for it."""
    if not snapshot.asks_traits or shopper is None or not shopper.personal or not shopper.members:
        return None
    return store_segments.traits_of(connection, min(shopper.members))


def _resting(connection: Connection, ctx: Context, asked: Query, shopper: Shopper | None) -> dict[str, int]:
    """What was shown often enough; a till shows nothing beside the basket."""
    if asked.channel == "till":
        return {}
    return showings.resting(connection, shopper, ctx.policy, at=asked.price_time)


def _pinned(ctx: Context, asked: Query, seen: Moment) -> Query | Refused:
    """The query at the instant its transaction began with; refused when a newer revision was answered."""
    if asked.transaction is None:
        return asked
    price_time, revision = seen.price_time, seen.revision
    waiting = ctx.log.pinned(transaction_key.digest(asked.transaction))
    if waiting is not None:
        price_time = price_time or waiting.price_time
        revision = waiting.revision if revision is None else max(revision, waiting.revision)
    if revision is not None and asked.revision < revision:
        return Refused(StaleRevisionError(_SEEN))
    return replace(asked, price_time=price_time) if price_time is not None else asked

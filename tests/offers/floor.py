"""A small shop floor for the database tests: one store, a few products, and campaigns written in a line."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, text
from uuid_utils.compat import uuid7

from offers import service
from offers.catalogue.snapshots import Snapshots
from offers.decisions.decision_log import DecisionLog
from offers.marketing import campaigns
from offers.marketing.campaign import Campaign, Limits
from offers.marketing.campaign_format import parse
from offers.marketing.campaigns import Author
from offers.model import Basket, Line, Mode, Place, Policy, Proof, Query, Shopper, TransactionKey
from offers.redemptions.redemption import Applied, Clocks, Redemption, Refused, Returned, Use
from offers.retailer import products, stores
from offers.retailer.assortment import Assortment
from offers.retailer.shop import Article, Store
from offers.returns.model import Return, ReturnLine
from offers.service import Answer, Context

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = date(2026, 11, 21)
ANNA = Author(name="anna", at=NOW)
VIENNA = Store(code="0042", name="Vienna", zone="Europe/Vienna", currency="EUR", country="AT")
SWEATER = Article(sku="SWEATER", title="Sweater", category="clothes/knit", currency="EUR", price_minor=5000)
SOCKS = Article(sku="SOCKS", title="Socks", category="clothes/socks", currency="EUR", price_minor=500)

OpenConnection = Callable[[], AbstractContextManager[Connection]]
_numbers = itertools.count(1)


def context(open_connection: OpenConnection, policy: Policy = Policy()) -> Context:  # noqa: B008  (a value)
    """A process's context."""
    return Context(
        policy=policy,
        snapshots=Snapshots(open_connection),
        assortment=Assortment(),
        log=DecisionLog(open_connection),
        new_id=uuid7,
    )


def furnish(connection: Connection) -> None:
    """The store and its products."""
    stores.put(connection, [VIENNA])
    products.put(connection, [SWEATER, SOCKS])


def campaign(connection: Connection, name: str = "tenth", *, percent: int = 10, **changes: Any) -> Campaign:
    """A live campaign that takes some percent off everything, with these changes (limits, scope, trigger,
    ...).
    """
    found = parse(
        f"campaign: {name}\nname: {name}\nmessages: {{all: {{en: {{title: Less}}}}}}\n"
        f"trigger: always\nreward: {{percent: {percent}%}}\n"
    )
    assert isinstance(found, Campaign)
    made = replace(found, **changes)
    campaigns.apply(connection, made, ANNA)
    campaigns.activate(connection, name, ANNA)
    return made


def limited(connection: Connection, name: str = "tenth", **limits: Any) -> Campaign:
    """A live campaign with limits."""
    return campaign(connection, name, limits=Limits(**limits))


def key(number: str | None = None) -> TransactionKey:
    """A transaction at till 07; a new one when no number is given."""
    return TransactionKey("0042", "07", DAY, number or f"{next(_numbers):06d}")


def shopper(*members: int, limit_members: tuple[int, ...] | None = None) -> Shopper:
    """A consenting person who scanned a card."""
    return Shopper(
        profile_id=str(UUID(int=members[0])),
        members=members,
        limit_members=members if limit_members is None else limit_members,
        personal=True,
        proof=Proof.SCANNED,
    )


def place(connection: Connection) -> Place:
    """The store as a place."""
    return Snapshots(_unused).place(connection, "0042")


def _unused() -> AbstractContextManager[Connection]:
    raise AssertionError("a small catalogue is loaded on the asking connection")


@dataclass(frozen=True)
class Till:
    """A till that asks on one connection."""

    connection: Connection
    ctx: Context

    def ask(
        self,
        transaction: TransactionKey | None = None,
        *,
        amount: int = 1000,
        mode: Mode = "quote",
        revision: int = 1,
        who: Shopper | None = None,
        now: datetime = NOW,
        sku: str = "SWEATER",
        lines: tuple[Line, ...] | None = None,
        codes: tuple[str, ...] = (),
        **options: Any,
    ) -> Answer | Refused:
        """Ask with one line in the basket, or with these lines."""
        found = self.ctx.assortment.named(self.connection, [sku])
        product_no = found[sku].product_no if sku in found else None
        line = Line("1", "sale", product_no, sku, None, 1000, "each", amount)
        asked = Query(
            channel="till",
            place=self.ctx.snapshots.place(self.connection, "0042"),
            price_time=now,
            basket=Basket("EUR", "included", (line,) if lines is None else lines),
            transaction=transaction or key(),
            revision=revision,
            mode=mode,
            codes=codes,
        )
        return service.query(self.connection, self.ctx, asked, who, now=now, **options)

    def answer(self, transaction: TransactionKey | None = None, **options: Any) -> Answer:
        """Ask and expect an answer."""
        found = self.ask(transaction, **options)
        assert isinstance(found, Answer), found
        return found

    def reserve(self, transaction: TransactionKey | None = None, **options: Any) -> Redemption:
        """Reserve and expect a redemption."""
        held = self.answer(transaction, mode="reserve", **options).redemption
        assert held is not None
        return held

    def use(
        self,
        transaction: TransactionKey,
        *applied: Applied,
        state: Literal["reserved", "committed"] = "committed",
        now: datetime = NOW,
        **options: Any,
    ) -> Redemption | Refused:
        """Book what was applied."""
        use = Use(transaction=transaction, decision=None, state="committed", applied=applied)
        asked = replace(use, state=state, **options)
        return service.use(self.connection, self.ctx, asked, Clocks(received_at=now, occurred_at=now))

    def commit(self, held: Redemption, *applied: Applied, now: datetime = NOW) -> Redemption | Refused:
        """Commit what was reserved."""
        asked = Use(transaction=held.transaction, decision=None, state="committed", applied=applied)
        return service.commit(
            self.connection, self.ctx, held.id, asked, Clocks(received_at=now, occurred_at=now)
        )

    def void(
        self, transaction: TransactionKey, *, revision: int | None = None, now: datetime = NOW
    ) -> Redemption | Refused:
        """Void a transaction."""
        return service.void(
            self.connection, self.ctx, transaction, Clocks(received_at=now), revision=revision
        )

    def give_back(
        self,
        held: Redemption,
        *lines: ReturnLine,
        transaction: TransactionKey | None = None,
        now: datetime = NOW,
        dry_run: bool = False,
    ) -> Returned | Refused:
        """Bring lines of a sale back."""
        asked = Return(transaction=transaction or key(), sale=held.transaction, lines=lines, dry_run=dry_run)
        return service.give_back(self.connection, self.ctx, asked, Clocks(received_at=now, occurred_at=now))

    def reverse(self, transaction: TransactionKey, *, now: datetime = NOW) -> Redemption | Refused:
        """Reverse a transaction."""
        return service.reverse(self.connection, self.ctx, transaction, Clocks(received_at=now))


def capacities(connection: Connection) -> dict[tuple[str, int, str], tuple[int, int, int]]:
    """(campaign, kind, subject) to (cap, taken, over)."""
    rows = connection.execute(
        text("""
            SELECT k.id, c.kind, c.subject, c.cap, c.taken, c.over
              FROM offers.capacity AS c JOIN offers.campaign AS k USING (campaign_no)
        """)
    )
    return {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in rows}


def unbalanced(connection: Connection) -> list[tuple[int, ...]]:
    """Capacity rows that are not the sums of their holds and claims: none, ever."""
    rows = connection.execute(
        text("""
            SELECT c.capacity_no, c.taken, c.over, h.units, k.taken, k.over
              FROM offers.capacity AS c
             CROSS JOIN LATERAL (SELECT coalesce(sum(units), 0) AS units FROM offers.hold
                                  WHERE capacity_no = c.capacity_no) AS h
             CROSS JOIN LATERAL (SELECT coalesce(sum(taken), 0) AS taken, coalesce(sum(over), 0) AS over
                                   FROM offers.claim WHERE capacity_no = c.capacity_no) AS k
             WHERE c.taken <> h.units + k.taken OR c.over <> k.over
        """)
    )
    return [tuple(row) for row in rows]


def applied(held: Redemption) -> Iterator[Applied]:
    """What was granted, as a till reports it."""
    for item in held.items:
        if item.granted_minor:
            yield Applied(item.offer, item.line, item.quantity_milli, item.granted_minor)

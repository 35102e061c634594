"""The day's books: sums for each store, day, campaign and funding, and every difference with its explanation.

Invariant: nothing is left out. What tills say and what the ledger says sum to the same, or each transaction
in which they do not is listed, and what nobody explains comes first. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

UNKNOWN_CAMPAIGN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One offer in one transaction, as the till says and as the ledger says; None where one says nothing.

    `state` is the redemption's, `reason` why the ledger refused, `reports` what else was reported of it.
    """

    store: str
    day: date
    terminal: str
    number: str
    offer: str
    campaign: str
    funding: str
    currency: str
    said_minor: int | None
    booked_minor: int | None
    returned_minor: int = 0
    over_minor: int = 0
    uses: int = 0
    state: str | None = None
    reason: str | None = None
    flags: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What a till says that it gave of an offer in a whole day."""

    store: str
    day: date
    terminal: str
    offer: str
    currency: str
    closed_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What was given of a campaign in a store on a day. `difference_minor`: the tills' word less the
    ledger's.
    """

    store: str
    day: date
    campaign: str
    funding: str
    currency: str
    uses: int = 0
    till_minor: int = 0
    ledger_minor: int = 0
    returned_minor: int = 0
    over_minor: int = 0

    @property
    def difference_minor(self) -> int:
        """The tills' word less the ledger's."""
        return self.till_minor - self.ledger_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a till and the ledger disagree. `number` is None for a till's whole day."""

    store: str
    day: date
    terminal: str
    number: str | None
    offer: str
    campaign: str
    currency: str
    till_minor: int
    ledger_minor: int
    explanation: str | None

    @property
    def difference_minor(self) -> int:
        """The till's word less the ledger's."""
        return self.till_minor - self.ledger_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """See the module. `open_tills` sold something and have not closed their day."""

    sums: tuple[Sum, ...]
    differences: tuple[Difference, ...]
    flagged: tuple[Entry, ...]
    open_tills: tuple[tuple[str, date, str], ...]
    tills: int = 0

    @property
    def totals(self) -> tuple[Sum, ...]:
        """The sums over all stores, days and campaigns, by who pays and currency; the rest is left out."""
        found: dict[tuple[str, str], list[Sum]] = {}
        for one in self.sums:
            found.setdefault((one.funding, one.currency), []).append(one)
        return tuple(_over_all(found[key]) for key in sorted(found))

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """The differences that nobody explains."""
        return tuple(one for one in self.differences if one.explanation is None)


@dataclass(slots=True)
class _Totals:
    uses: int = 0
    till: int = 0
    ledger: int = 0
    returned: int = 0
    over: int = 0


@dataclass(slots=True)
class _Tills:
    received: dict[tuple[str, date, str, str], int] = field(default_factory=dict)
    currencies: dict[tuple[str, date, str, str], str] = field(default_factory=dict)
    seen: set[tuple[str, date, str]] = field(default_factory=set)


def build(
    entries: Iterable[Entry], closings: Sequence[Closing], closed: set[tuple[str, date, str]]
) -> Report:
    """The report on these entries. `closed` are the tills that closed their day, with or without offers."""
    totals: dict[tuple[str, date, str, str, str], _Totals] = {}
    tills = _Tills()
    differences, flagged = [], []
    for entry in entries:
        said = _said(entry)
        booked = entry.booked_minor or 0
        key = (entry.store, entry.day, entry.campaign, entry.funding, entry.currency)
        total = totals.setdefault(key, _Totals())
        total.uses += entry.uses
        total.till += said
        total.ledger += booked
        total.returned += entry.returned_minor
        total.over += entry.over_minor
        till = (entry.store, entry.day, entry.terminal)
        tills.seen.add(till)
        given = (*till, entry.offer)
        tills.received[given] = tills.received.get(given, 0) + said
        tills.currencies[given] = entry.currency
        if said != booked:
            differences.append(_difference(entry, said, booked))
        if entry.flags:
            flagged.append(entry)
    differences += _days(closings, tills, closed)
    return Report(
        sums=tuple(_sum(key, totals[key]) for key in sorted(totals)),
        differences=tuple(sorted(differences, key=_order)),
        flagged=tuple(flagged),
        open_tills=tuple(sorted(tills.seen - closed)),
        tills=len(tills.seen | closed),
    )


def explain(entry: Entry, said: int, booked: int) -> str | None:
    """Why a till and the ledger disagree about a transaction; None when nobody knows."""
    if entry.campaign == UNKNOWN_CAMPAIGN:
        return "unknown_offer"
    if entry.reports:
        return entry.reports[0]
    if said > booked and entry.reason is not None:
        return f"refused: {entry.reason}"
    if said > booked and entry.state in {"voided", "reversed"}:
        return entry.state
    return None


def _said(entry: Entry) -> int:
    """The till's word. A commit without a receipt is its word, too: the ledger booked what it sent."""
    return entry.said_minor if entry.said_minor is not None else entry.booked_minor or 0


def _difference(entry: Entry, said: int, booked: int) -> Difference:
    return Difference(
        store=entry.store,
        day=entry.day,
        terminal=entry.terminal,
        number=entry.number,
        offer=entry.offer,
        campaign=entry.campaign,
        currency=entry.currency,
        till_minor=said,
        ledger_minor=booked,
        explanation=explain(entry, said, booked),
    )


def _days(closings: Sequence[Closing], tills: _Tills, closed: set[tuple[str, date, str]]) -> list[Difference]:
    """Tills whose closed day is not what was received of them: something is still in a journal, or lost."""
    said = {(one.store, one.day, one.terminal, one.offer): one.closed_minor for one in closings}
    in_stores = {one.store: one.currency for one in closings}
    received = {key: amount for key, amount in tills.received.items() if key[:3] in closed}
    found = []
    for key in sorted(said.keys() | received.keys()):
        store, day, terminal, offer = key
        if said.get(key, 0) != received.get(key, 0):
            found.append(
                Difference(
                    store=store,
                    day=day,
                    terminal=terminal,
                    number=None,
                    offer=offer,
                    campaign=offer.partition(".")[0],
                    currency=tills.currencies.get(key) or in_stores[store],
                    till_minor=said.get(key, 0),
                    ledger_minor=received.get(key, 0),
                    explanation=None,
                )
            )
    return found


def _sum(key: tuple[str, date, str, str, str], total: _Totals) -> Sum:
    store, day, campaign, funding, currency = key
    return Sum(
        store=store,
        day=day,
        campaign=campaign,
        funding=funding,
        currency=currency,
        uses=total.uses,
        till_minor=total.till,
        ledger_minor=total.ledger,
        returned_minor=total.returned,
        over_minor=total.over,
    )


def _over_all(sums: Sequence[Sum]) -> Sum:
    """One sum of several of one funding and currency."""
    return Sum(
        store="",
        day=max(one.day for one in sums),
        campaign="",
        funding=sums[0].funding,
        currency=sums[0].currency,
        uses=sum(one.uses for one in sums),
        till_minor=sum(one.till_minor for one in sums),
        ledger_minor=sum(one.ledger_minor for one in sums),
        returned_minor=sum(one.returned_minor for one in sums),
        over_minor=sum(one.over_minor for one in sums),
    )


def _order(one: Difference) -> tuple[bool, str, date, str, str, str]:
    return (one.explanation is not None, one.store, one.day, one.terminal, one.number or "", one.offer)

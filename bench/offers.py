"""What evaluating costs, in CPU time of one process, without a server and without a database.

Real baskets with all coupons live, the real redemptions played again, the same matches among few and among
many live campaigns, and what a catalogue of ten thousand campaigns weighs.
"""

import gc
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench import journeys
from bench.journeys import Redemption, Visit
from gateway.processes import pools
from offers.catalogue.compiled import Catalogue, compile_catalogue, extend
from offers.evaluation.decision import Decision
from offers.evaluation.evaluate import evaluate
from offers.marketing.campaign import Always, Campaign, Entry, Message, Scope
from offers.marketing.campaign_rewards import Percent
from offers.model import Basket, Known, Line, Policy, Proof, Query, Shopper, Traits

SIZES = (5, 10, 20, 35, 80, 161)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
POLICY = Policy()
Report = Callable[[str], None]


def measure(report: Report, folder: Path | None, *, baskets: int) -> dict[str, Any]:
    """All four. Raises JourneysMissingError."""
    read = journeys.tables(folder)
    report("reading baskets")
    visits = journeys.visits(read)
    drawn = random.Random(1).sample(visits, min(baskets, len(visits)))
    largest = max(visits, key=lambda visit: len(visit.basket.lines))
    report(f"evaluating {len(drawn):,} baskets with all coupons live")
    found: dict[str, Any] = _real_baskets(journeys.coupons(read), [*drawn, largest])
    report("playing the real redemptions again")
    found["redemptions"] = _redemptions(journeys.mailed(read), visits, journeys.redemptions(read), read)
    report("the same matches among 10 and among 10,000 live campaigns")
    found["growth"] = _growth()
    report("a catalogue of 10,000 campaigns for 1,000 products each")
    with pools.pool(1) as alone:
        found["catalogue"] = alone.submit(_weigh).result()
    return found


def _real_baskets(entries: list[Entry], visits: Sequence[Visit]) -> dict[str, Any]:
    catalogue = compile_catalogue(1, entries)
    spent_ms: dict[int, list[float]] = defaultdict(list)
    told = Counter[str]()
    for visit in visits:
        began_s = time.process_time()
        decision = _decide(catalogue, visit.basket, NOW)
        took_ms = 1000 * (time.process_time() - began_s)
        size = next(most for most in SIZES if len(visit.basket.lines) <= most)
        spent_ms[size].append(took_ms)
        told[decision.search] += 1
        told["with_offers"] += bool(decision.offers)
    report: dict[str, Any] = {
        "baskets": {"evaluated": len(visits), "coupons": len(entries), **dict(sorted(told.items()))}
    }
    for size in sorted(spent_ms):
        report[f"up_to_{size}_lines_cpu_ms"] = _percentiles(spent_ms[size])
    return report


def _percentiles(spent_ms: list[float]) -> dict[str, float]:
    if len(spent_ms) < 2:
        return {"baskets": len(spent_ms), "max": round(max(spent_ms), 3)}
    cuts = quantiles(spent_ms, n=100, method="inclusive")
    named = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(spent_ms)}
    return {"baskets": len(spent_ms)} | {name: round(value, 3) for name, value in named.items()}


def _decide(
    catalogue: Catalogue,
    basket: Basket,
    at: datetime,
    shopper: Shopper | None = None,
    known: Known | None = None,
) -> Decision:
    query = Query(channel="till", place=journeys.PLACE, price_time=at, basket=basket)
    return evaluate(catalogue, query, shopper, known or Known(), policy=POLICY, seed=1)


def _redemptions(
    entries: list[Entry], visits: Sequence[Visit], redeemed: Sequence[Redemption], read: journeys.Table
) -> dict[str, int]:
    """Each redemption against the household's baskets of its day: applied or eligible, else why not."""
    catalogue = compile_catalogue(1, entries)
    segments = journeys.mailings(read)
    by_day: dict[tuple[int, date], list[Visit]] = defaultdict(list)
    days = {(one.household, one.day) for one in redeemed}
    for visit in visits:
        if (visit.household, visit.at.date()) in days:
            by_day[visit.household, visit.at.date()].append(visit)
    outcomes = Counter[str]()
    for one in redeemed:
        told = [_outcome(catalogue, visit, one, segments) for visit in by_day[one.household, one.day]]
        outcomes[min(told, key=_rank, default="no_basket_that_day")] += 1
    return {"redemptions": len(redeemed), **dict(outcomes.most_common())}


_RANKS = (
    "applied",
    "another_coupon_was_better",
    "segment",
    "not_yet",
    "ended",
    "no_product_of_it_in_the_basket",
)


def _rank(outcome: str) -> int:
    """Of a day's several baskets the one that explains most speaks."""
    return _RANKS.index(outcome) if outcome in _RANKS else 2


def _outcome(catalogue: Catalogue, visit: Visit, one: Redemption, segments: dict[int, frozenset[str]]) -> str:
    shopper = Shopper(profile_id="p", members=(1,), limit_members=(1,), personal=True, proof=Proof.SCANNED)
    known = Known(traits=Traits(segments=segments.get(one.household, frozenset())))
    decision = _decide(catalogue, visit.basket, visit.at, shopper, known)
    name = journeys.mailed_id(one.coupon, one.mailing)
    if any(effect.campaign == name for effect in decision.effects):
        return "applied"
    reasons = {str(getattr(refused, "campaign", "")): refused.reason for refused in decision.refused}
    reason = reasons.get(name, "no_product_of_it_in_the_basket")
    return "another_coupon_was_better" if reason == "better_offer" else reason


def _growth() -> dict[str, float]:
    """Ten campaigns match, five of them basket-wide; the others are for products that nobody has here."""
    lines = tuple(
        Line(f"{i:02d}", "sale", None, f"S{i}", None, 1000, "each", 500 + 37 * i) for i in range(35)
    )
    basket = Basket("USD", "excluded", lines)
    matching = [_ten_percent(f"wide-{i}", Scope()) for i in range(5)]
    matching += [
        _ten_percent(f"own-{i}", Scope(products=frozenset({f"S{i}", f"S{i + 9}"}))) for i in range(5)
    ]
    spent: dict[int, list[float]] = {10: [], 10_000: []}
    live = {}
    for count in spent:
        others = [
            _ten_percent(f"other-{i}", Scope(products=frozenset({f"O{i}", f"P{i % 97}"})))
            for i in range(count - len(matching))
        ]
        live[count] = compile_catalogue(
            1, [Entry(i, 1, one) for i, one in enumerate([*matching, *others], 1)]
        )
    for _ in range(300):
        for count, catalogue in live.items():  # in turn, so that both see the same moods of the machine
            began_s = time.process_time()
            _decide(catalogue, basket, NOW)
            spent[count].append(1000 * (time.process_time() - began_s))
    few, many = median(spent[10]), median(spent[10_000])
    return {"among_10_ms": round(few, 3), "among_10000_ms": round(many, 3), "ratio": round(many / few, 3)}


def _ten_percent(name: str, scope: Scope) -> Campaign:
    words = (Message(None, "en", "Less"),)
    return Campaign(id=name, name=name, messages=words, trigger=Always(), reward=Percent(1000), scope=scope)


def _weigh() -> dict[str, float]:
    """Memory of a fresh process that compiles it, and the time to take in one changed campaign."""
    drawn = random.Random(1)
    products = [f"{4_000_000_000_000 + i}" for i in range(100_000)]
    before = _resident_mb()

    def entry(number: int, version: int = 1) -> Entry:
        scope = Scope(products=frozenset(drawn.sample(products, 1000)))
        return Entry(number, version, _ten_percent(f"campaign-{number}", scope))

    began_s = time.process_time()
    catalogue = compile_catalogue(1, (entry(number) for number in range(1, 10_001)))
    compiled_s = time.process_time() - began_s
    gc.collect()
    after = _resident_mb()
    changed = entry(77, 2)
    began_s = time.process_time()
    extend(catalogue, 2, [changed])
    return {
        "whole_process_mb": round(after, 1),
        "catalogue_mb": round(after - before, 1),
        "compile_cpu_s": round(compiled_s, 2),
        "take_in_a_change_cpu_s": round(time.process_time() - began_s, 3),
    }


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6

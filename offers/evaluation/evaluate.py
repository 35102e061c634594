"""The evaluator: one pure function for till, kiosk, web, reserve, preview and replay.

Invariant: the same catalogue, query, shopper, knowledge, policy and seed give the same decision. No clock, no
randomness, no database.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from offers.catalogue.compiled import Catalogue
from offers.evaluation import answers, showcase
from offers.evaluation.case import Case, lay_out
from offers.evaluation.combination import choose
from offers.evaluation.decision import Decision, Offer, Refusal, RefusedCode
from offers.evaluation.judging import Judged, explain_codes, explain_losers, judge
from offers.model import Known, Policy, Query, Shopper


def evaluate(
    catalogue: Catalogue, query: Query, shopper: Shopper | None, known: Known, *, policy: Policy, seed: int
) -> Decision:
    """The decision on a query. `shopper` is None for an unknown or ambiguous one."""
    case = lay_out(catalogue, query, shopper, known, policy, seed)
    judged = judge(case, case.items)
    chosen = choose(judged.plays, policy)
    explain_losers(judged, chosen.grants)
    paid = answers.settle(case, chosen.grants)
    offers = [answers.offer(case, one) for one in paid.bundles]
    for name in paid.worthless:
        judged.refused.setdefault(name, Refusal(name, "no_effect"))
    bounded = chosen.bounded
    if query.channel != "till":
        shown = showcase.show(case, judged, {offer.campaign for offer in offers})
        offers += shown.offers
        bounded = bounded or shown.bounded
    judged.let_go()
    given = {offer.campaign for offer in offers}
    dead_codes = explain_codes(case, judged, given) if known.named else {}
    return Decision(
        catalogue=catalogue.version,
        valid_until=_valid_until(case, offers),
        personal=case.disclosure.personal,
        greet=case.disclosure.greet,
        search="bounded" if bounded else "exact",
        offers=tuple(offers),
        effects=paid.effects,
        totals=paid.totals,
        lines=paid.lines,
        refused=_refused({**known.codes, **dead_codes}, judged, given),
        draws=tuple([case.draws[name] for name in sorted(case.draws)]),
        prompts=paid.prompts,
    )


def _valid_until(case: Case, offers: list[Offer]) -> datetime:
    latest = case.query.price_time.astimezone(UTC) + timedelta(seconds=case.policy.quote_valid_s)
    return min([latest, *[offer.expires_at for offer in offers if offer.expires_at is not None]])


def _refused(codes: Mapping[str, str], judged: Judged, given: set[str]) -> tuple[Refusal | RefusedCode, ...]:
    campaigns = [judged.refused[name] for name in sorted(judged.refused) if name not in given]
    return (*campaigns, *[RefusedCode(code, why) for code, why in sorted(codes.items())])

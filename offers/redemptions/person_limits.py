"""What a person may still use of a campaign, asked where no evaluator ran: a till books what it applied.

Invariant: the same numbers refuse here and in `eligibility`.
"""

from collections.abc import Sequence

from offers.catalogue.rule import Rule


def refuse(rule: Rule, uses_s: Sequence[int], *, at_s: int) -> str | None:
    """Why a person with these uses may not use the campaign again; None when they may."""
    if rule.per_profile is not None and len(uses_s) >= rule.per_profile:
        return "limit_per_profile"
    if rule.frequency is not None:
        since_s = at_s - rule.frequency.period_s
        if sum(1 for used_s in uses_s if used_s > since_s) >= rule.frequency.uses:
            return "frequency"
    return None


def counts(rule: Rule) -> bool:
    """Whether the campaign counts by person at all."""
    return rule.per_profile is not None or rule.frequency is not None

"""What may be shown to whom: nobody is trusted more than they proved.

Invariant: a typed phone number or e-mail never shows anything personal on any channel, and the answer to one
does not depend on consent or interests, so it teaches a stranger nothing.
"""

from typing import NamedTuple

from offers.evaluation.decision import Personal
from offers.model import Policy, Preferences, Proof, Query, Shopper


class Disclosure(NamedTuple):
    """Whether personal campaigns take part, whether a name may be said, and whether words stay neutral."""

    personal: Personal
    greet: bool
    neutral: bool


def disclose(
    query: Query, shopper: Shopper | None, policy: Policy, said: Preferences | None = None
) -> Disclosure:
    """The rules for this screen and this shopper. Proof is asked before consent, which is itself personal."""
    neutral = query.channel in policy.shared_screens or query.placement in policy.shared_screens
    if shopper is None:
        return Disclosure("no_shopper", greet=False, neutral=neutral)
    if shopper.proof < Proof.SCANNED:
        return Disclosure("needs_proof", greet=False, neutral=neutral)
    if not shopper.personal:
        return Disclosure("no_consent", greet=False, neutral=neutral)
    if said is not None and query.channel in said.channels:
        return Disclosure("quiet_channel", greet=False, neutral=neutral)
    return Disclosure("yes", greet=shopper.only is None, neutral=neutral)

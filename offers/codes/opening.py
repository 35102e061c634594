"""What a query's codes and the shopper's clipped coupons open.

Invariant: without a code shown and without a live campaign that needs one, nothing is read. A quote claims
nothing; a reserve or a commit claims each counted code for its transaction, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from offers.codes import store
from offers.errors import CampaignStateError
from offers.marketing import campaigns
from offers.model import Query, Shopper, TransactionKey

CLAIM_LAPSES: Final = timedelta(minutes=15)
"""How long a till that claimed a code keeps it without redeeming anything."""


@dataclass(frozen=True, slots=True)
class Openings:
    """Numbers of the campaigns that are open, why a code (its digest as text) opens none, and which one each
    of the others opens.
    """

    campaigns: frozenset[int] = frozenset()
    refused: dict[str, str] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)


NOTHING: Final = Openings()


def of_query(
    connection: Connection,
    asked: Query,
    shopper: Shopper | None,
    *,
    has_codes: bool,
    claims: bool,
    now: datetime,
) -> Openings:
    """What is open to this query. `has_codes`: whether any live campaign needs a code."""
    members = shopper.limit_members if has_codes and shopper is not None and shopper.only is None else ()
    if not asked.codes and not members:
        return NOTHING
    found = store.opened(
        connection,
        [UUID(one) for one in asked.codes],
        members,
        asked.transaction,
        store_no=asked.place.store_no,
        now=now,
        lapsed_at=now - CLAIM_LAPSES,
        claims=claims and asked.transaction is not None,
    )
    refused = dict.fromkeys(asked.codes, "unknown_code")
    named: dict[str, int] = {}
    for one in found:
        if one.digest is not None:
            refused.pop(str(one.digest), None)
            if one.reason is not None:
                refused[str(one.digest)] = one.reason
            else:
                named[str(one.digest)] = one.campaign_no
    return Openings(frozenset(one.campaign_no for one in found if one.reason is None), refused, named)


def claim(
    connection: Connection,
    codes: Sequence[str],
    transaction: TransactionKey,
    *,
    store_no: int,
    now: datetime,
) -> dict[int, str]:
    """Claim the codes of an earlier decision for its transaction; why a campaign may not be used by them.

    A campaign that another of the codes opens may be.
    """
    found = store.opened(
        connection,
        [UUID(one) for one in codes],
        (),
        transaction,
        store_no=store_no,
        now=now,
        lapsed_at=now - CLAIM_LAPSES,
        claims=True,
    )
    open_ = {one.campaign_no for one in found if one.reason is None}
    return {one.campaign_no: one.reason for one in found if one.reason and one.campaign_no not in open_}


def clip(connection: Connection, campaign: str, record_no: int, *, now: datetime) -> bool:
    """Clip a coupon for a person's record; whether it is new.

    Raises UnknownCampaignError, CampaignStateError.
    """
    found = campaigns.get(connection, campaign)
    if (
        found.state != "live"
        or campaigns.content(connection, campaign, version=found.live_version).reach != "code"
    ):
        raise CampaignStateError(f"{campaign} is not live, or needs no clipping.")
    return store.add_clip(connection, record_no, found.campaign_no, at=now)


def unclip(connection: Connection, campaign: str, record_nos: Sequence[int]) -> None:
    """Put a clipped coupon back, whichever record of the person clipped it. Raises UnknownCampaignError."""
    store.remove_clip(connection, record_nos, campaigns.get(connection, campaign).campaign_no)

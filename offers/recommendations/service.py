"""Recommendations for a profile, and learning what is bought together."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from offers.context import Context
from offers.preferences import service as preferences
from offers.recommendations import store
from offers.recommendations.companions import companions
from offers.recommendations.rules import Ground, Recommendation, recommend


def of_members(
    connection: Connection,
    ctx: Context,
    members: Sequence[int],
    *,
    now: datetime,
    most: int,
    in_store: str | None = None,
) -> list[Recommendation]:
    """What to recommend to a person who agreed to it; with a store, nothing that is sold out there."""
    told = store.interests(connection, members)
    wants = {want.product_no: want for want, _ in told}
    near = store.companions(connection, [want.product_no for want in wants.values() if want.bought_at_s])
    numbers = wants.keys() | {one.companion_no for one in near}
    ground = Ground(
        wants=wants,
        purchases={want.product_no: purchases for want, purchases in told},
        companions=near,
        products=ctx.assortment.numbered(connection, numbers),
        out=store.sold_out(connection, numbers, store=in_store),
        preferences=preferences.respected_now(connection, members, now=now),
    )
    return recommend(ground, policy=ctx.policy, now_s=int(now.timestamp()), most=most)


def learn(connection: Connection) -> int:
    """Learn what is bought together from the newest sales; returns how many pairs, 0 while another learns."""
    if not store.may_learn(connection):
        return 0
    learnt = companions(store.baskets(connection))
    store.replace(connection, learnt)
    return len(learnt)

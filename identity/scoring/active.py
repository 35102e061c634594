"""The context under the model that is active, which everybody who weighs works with.

Invariant: whoever weighs holds the model's lock shared until the transaction ends, so a switch waits for all
who began before it, and nobody who begins after it works with the model from before.
"""

from dataclasses import replace

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.scoring import store_versions
from identity.scoring.registry import HELD, OWN
from identity.scoring.weigh import Model


def bound(connection: Connection, ctx: Context) -> Context:
    """The context under the active model, which stays active until the transaction ends."""
    return under(connection, ctx, store_versions.take(connection, exclusively=False))


def under(connection: Connection, ctx: Context, model_no: int) -> Context:
    """The context under a stored model."""
    if model_no == ctx.model_no:
        return ctx
    return replace(ctx, model=model(connection, ctx, model_no), model_no=model_no, own=ctx.own or ctx.model)


def model(connection: Connection, ctx: Context, model_no: int) -> Model:
    """A model by its number."""
    if model_no == ctx.model_no:
        return ctx.model
    if model_no in (OWN, HELD):
        return ctx.own or ctx.model
    found = ctx.models.find(model_no)
    return found or ctx.models.keep(model_no, store_versions.document(connection, model_no))

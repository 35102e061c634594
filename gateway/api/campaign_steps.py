"""What becomes of a campaign: live, paused, ended; and whom it would reach."""

import datetime as dt
from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import speaks_for_store
from gateway.api.campaigns import CAMPAIGN, StoredCampaignSchema, VersionQuerySchema, by, stored_of
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.marketing import previews, rehearsals
from gateway.wire.fields import Day, code, count, note
from gateway.wire.shapes import Strict
from offers.marketing import campaigns
from offers.trials.rehearsal import Rehearsed

blueprint = Blueprint(
    "campaign_steps", __name__, url_prefix="/v1/campaigns", description="What becomes of a campaign."
)


class StepSchema(Strict):
    """Why, for whoever reads this in a year."""

    reason = note(longest=500)


class ActivateSchema(StepSchema):
    """Which version to serve."""

    version = count(least=1, about="The newest when none is named.")


class FindingSchema(Strict):
    """One thing to know before a campaign goes live."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(["non_monotone", "overlap", "budget", "margin", "time"]),
    )
    sentence = fields.String(required=True)


class ActivatedSchema(StoredCampaignSchema):
    """How a campaign stands, and what to know about it."""

    findings = fields.List(fields.Nested(FindingSchema), required=True)


class FindingsSchema(Strict):
    """What to know about a version before it goes live."""

    items = fields.List(fields.Nested(FindingSchema), required=True)


class RehearseSchema(Strict):
    """Which version on which day's baskets."""

    version = count(least=1, about="The newest when none is named.")
    day = Day(
        load_default=None, allow_none=True, metadata={"description": "In UTC; yesterday when left out."}
    )
    most = count(least=1, most=rehearsals.BASKETS_MOST, default=rehearsals.BASKETS_MOST)


class RehearsedSchema(Strict):
    """What the campaign would have done to a day's baskets of one currency."""

    currency = fields.String(required=True)
    baskets = fields.Integer(required=True)
    touched = fields.Integer(required=True)
    given = fields.Integer(required=True, metadata={"description": "By the campaign itself."})
    points = fields.Integer(required=True)
    sales = fields.Integer(required=True)
    discount_before = fields.Integer(required=True, metadata={"description": "By all campaigns, without it."})
    discount = fields.Integer(required=True, metadata={"description": "By all campaigns, with it."})
    cost = fields.Integer(required=True, metadata={"description": "What would have been given more, in all."})


class RehearsalSchema(Strict):
    """A day's baskets, by currency."""

    day = fields.Date(required=True)
    items = fields.List(fields.Nested(RehearsedSchema), required=True)


class PreviewSchema(Strict):
    """What to preview."""

    version = count(least=1, about="The newest when none is named; a draft as well as a live one.")
    store = code(about="At this store; left out: at one of the campaign's, else online.")
    samples = count(most=100, default=5)


class SampleSchema(Strict):
    """An offer that a shopper would get; no profile where everybody gets it."""

    profile = fields.UUID(required=True, allow_none=True)
    title = fields.String(required=True)
    product = fields.String(required=True, allow_none=True)
    price_before = fields.Integer(required=True, allow_none=True)
    price_after = fields.Integer(required=True, allow_none=True)


class PreviewedSchema(Strict):
    """Whom the campaign would reach now, by itself."""

    store = fields.String(required=True, allow_none=True)
    currency = fields.String(required=True)
    looked_at = fields.Integer(required=True)
    reached = fields.Integer(required=True)
    samples = fields.List(fields.Nested(SampleSchema), required=True)
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    needs_basket = fields.Boolean(required=True)


@endpoint(
    blueprint,
    "POST",
    "/<campaign>/activate",
    scopes=CAMPAIGN,
    body=ActivateSchema,
    answers={200: ActivatedSchema},
    writes="once",
)
def activate_campaign(call: Call, campaign: str) -> Answer:
    """Serve a version from now on. What should be known about it is said, not refused."""
    author, version = by(call, call.body["reason"]), call.body["version"]
    found = rehearsals.of_stored(call.connection, call.services, campaign, version=version, now=call.now)
    stored = campaigns.activate(call.connection, campaign, author, version=version)
    return Answer(200, {**stored_of(stored), "findings": found})


@endpoint(
    blueprint,
    "GET",
    "/<campaign>/findings",
    scopes=CAMPAIGN,
    query=VersionQuerySchema,
    answers={200: FindingsSchema},
)
def check_campaign(call: Call, campaign: str) -> Answer:
    """What to know before a version goes live: overlaps, margins, budgets, and whether one more item in the
    basket can lower the discount.
    """
    found = rehearsals.of_stored(
        call.connection, call.services, campaign, version=call.query["version"], now=call.now
    )
    return Answer(200, {"items": found})


@endpoint(
    blueprint,
    "POST",
    "/<campaign>/rehearse",
    scopes=CAMPAIGN,
    body=RehearseSchema,
    answers={200: RehearsalSchema},
)
def rehearse_campaign(call: Call, campaign: str) -> Answer:
    """What a version would have cost on a day's real baskets, beside all that is live. Stores nothing."""
    day = call.body["day"] or call.now.date() - dt.timedelta(days=1)
    document = campaigns.content(call.connection, campaign, version=call.body["version"])
    found = rehearsals.rehearse(call.connection, call.services, document, day=day, most=call.body["most"])
    return Answer(200, {"day": day, "items": [_rehearsed_of(one) for one in found]})


def _rehearsed_of(one: Rehearsed) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "baskets": one.baskets,
        "touched": one.touched,
        "given": one.given_minor,
        "points": one.points,
        "sales": one.sales_minor,
        "discount_before": one.discount_before_minor,
        "discount": one.discount_minor,
        "cost": one.cost_minor,
    }


@endpoint(
    blueprint,
    "POST",
    "/<campaign>/pause",
    scopes=CAMPAIGN,
    body=StepSchema,
    answers={200: StoredCampaignSchema},
    writes="once",
)
def pause_campaign(call: Call, campaign: str) -> Answer:
    """Stop offering; what is reserved may still be used."""
    return Answer(200, stored_of(campaigns.pause(call.connection, campaign, by(call, call.body["reason"]))))


@endpoint(
    blueprint,
    "POST",
    "/<campaign>/end",
    scopes=CAMPAIGN,
    body=StepSchema,
    answers={200: StoredCampaignSchema},
    writes="once",
)
def end_campaign(call: Call, campaign: str) -> Answer:
    """End for good."""
    return Answer(200, stored_of(campaigns.end(call.connection, campaign, by(call, call.body["reason"]))))


@endpoint(
    blueprint,
    "POST",
    "/<campaign>/preview",
    scopes=CAMPAIGN,
    body=PreviewSchema,
    answers={200: PreviewedSchema},
)
def preview_campaign(call: Call, campaign: str) -> Answer:
    """Whom a version would reach among live shoppers, and at which prices. Stores nothing, so it may be asked
    freely.
    """
    asked = call.body
    if asked["store"] is not None:
        speaks_for_store(call.principal, asked["store"])
    document = campaigns.content(call.connection, campaign, version=asked["version"])
    seen = previews.preview(
        call.connection, call.services, document, now=call.now, store=asked["store"], samples=asked["samples"]
    )
    return Answer(
        200,
        {
            "store": seen.store,
            "currency": seen.currency,
            "looked_at": seen.looked_at,
            "reached": seen.reached,
            "samples": seen.samples,
            "reasons": dict(seen.reasons),
            "needs_basket": seen.needs_basket,
        },
    )

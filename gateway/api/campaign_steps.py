"""What becomes of a campaign: live, paused, ended; and whom it would reach."""

from flask_smorest import Blueprint
from marshmallow import fields

from gateway import previews
from gateway.api.campaigns import CAMPAIGN, StoredCampaignSchema, by, stored_of
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.fields import code, count, text
from gateway.api.shapes import Strict
from gateway.security import speaks_for_store
from offers import campaigns

blueprint = Blueprint(
    "campaign_steps", __name__, url_prefix="/v1/campaigns", description="What becomes of a campaign."
)


class StepSchema(Strict):
    """Why, for whoever reads this in a year."""

    reason = text(longest=500)


class ActivateSchema(StepSchema):
    """Which version to serve."""

    version = count(least=1, about="The newest when none is named.")


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
    answers={200: StoredCampaignSchema},
    writes="once",
)
def activate_campaign(call: Call, campaign: str) -> Answer:
    """Serve a version from now on."""
    author = by(call, call.body["reason"])
    return Answer(
        200, stored_of(campaigns.activate(call.connection, campaign, author, version=call.body["version"]))
    )


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

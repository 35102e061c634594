"""What marketers write: documents in, versions kept, one of them live."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api import documents
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.judgements import author
from gateway.api.rendered import moment_of
from gateway.wire.fields import whole_page
from gateway.wire.problems import Place, invalid
from gateway.wire.shapes import Strict
from offers.marketing import campaign_dump, campaign_format, campaigns
from offers.marketing.campaigns import Author
from offers.marketing.store_campaigns import Change, Stored

blueprint = Blueprint("campaigns", __name__, url_prefix="/v1/campaigns", description="What marketers write.")

CAMPAIGN = {Scope.CAMPAIGN}
MAX_DOCUMENT_BYTES = 4_000_000


class StoredCampaignSchema(Strict):
    """How a campaign stands."""

    campaign = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["draft", "live", "paused", "ended"]))
    version = fields.Integer(required=True, metadata={"description": "The newest."})
    live_version = fields.Integer(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    changed_at = fields.DateTime(required=True)


class CampaignsSchema(Strict):
    """A page of campaigns in the order of their ids."""

    items = fields.List(fields.Nested(StoredCampaignSchema), required=True)
    next_after = fields.String(required=True, allow_none=True)


class CampaignsQuerySchema(Strict):
    """Which campaigns."""

    after = fields.String(load_default="", validate=validate.Length(max=64))
    limit = whole_page()
    state = fields.String(load_default=None, validate=validate.OneOf(["draft", "live", "paused", "ended"]))


class VersionQuerySchema(Strict):
    """Which version; the newest when none is named."""

    version = fields.Integer(load_default=None, validate=validate.Range(min=1, max=2**31 - 1))


class CampaignSchema(StoredCampaignSchema):
    """How a campaign stands, and what a version says."""

    content = fields.Dict(required=True)


class AppliedCampaignSchema(StoredCampaignSchema):
    """What applying a document came to."""

    is_new_version = fields.Boolean(required=True)
    difference = fields.List(fields.String(), required=True)


class CampaignChangeSchema(Strict):
    """Who did what, when and why."""

    action = fields.String(required=True)
    version = fields.Integer(required=True, allow_none=True)
    author = fields.String(required=True)
    at = fields.DateTime(required=True)
    reason = fields.String(required=True, allow_none=True)


class CampaignChangesSchema(Strict):
    """Everything that was done to a campaign, oldest first."""

    items = fields.List(fields.Nested(CampaignChangeSchema), required=True)


class DocumentSchema(Strict):
    """A campaign's document; what it may say is described in docs/campaigns.md."""

    class Meta:
        """The campaign's own reader names everything that is wrong with it."""

        unknown = "include"

    campaign = fields.String(required=True)
    name = fields.String(required=True)


@endpoint(blueprint, "GET", "", scopes=CAMPAIGN, query=CampaignsQuerySchema, answers={200: CampaignsSchema})
def list_campaigns(call: Call) -> Answer:
    """The campaigns, in the order of their ids."""
    limit = call.query["limit"]
    found = campaigns.page(call.connection, after=call.query["after"], limit=limit, state=call.query["state"])
    next_after = found[-1].id if len(found) == limit else None
    return Answer(200, {"items": [stored_of(one) for one in found], "next_after": next_after})


@endpoint(
    blueprint, "GET", "/<campaign>", scopes=CAMPAIGN, query=VersionQuerySchema, answers={200: CampaignSchema}
)
def read_campaign(call: Call, campaign: str) -> Answer:
    """A campaign and what one of its versions says."""
    stored = campaigns.get(call.connection, campaign)
    content = campaigns.content(call.connection, campaign, version=call.query["version"])
    return Answer(200, {**stored_of(stored), "content": campaign_dump.dump(content)})


@endpoint(
    blueprint,
    "PUT",
    "/<campaign>",
    scopes=CAMPAIGN,
    raw=True,
    answers={200: AppliedCampaignSchema},
    writes="natural",
    most_bytes=MAX_DOCUMENT_BYTES,
    doc=documents.described(DocumentSchema),
)
def put_campaign(call: Call, campaign: str) -> Answer:
    """Apply a document, as JSON or YAML. The same content again makes no new version; going live is a step of
    its own.
    """
    document = documents.parsed(call.request.mimetype, call.body, campaign_format.parse)
    if document.id != campaign:
        place = Place(
            "/campaign", f"is {document.id!r} here and {campaign!r} in the address; use one of them"
        )
        raise invalid(place)
    applied = campaigns.apply(call.connection, document, by(call, None))
    return Answer(
        200,
        {
            **stored_of(applied.campaign),
            "is_new_version": applied.is_new_version,
            "difference": applied.difference,
        },
    )


@endpoint(blueprint, "GET", "/<campaign>/versions", scopes=CAMPAIGN, answers={200: CampaignChangesSchema})
def list_campaign_versions(call: Call, campaign: str) -> Answer:
    """Who applied, activated, paused or ended which version, and when."""
    found = campaigns.changes(call.connection, campaign)
    return Answer(200, {"items": [_change_of(change) for change in found]})


def by(call: Call, reason: str | None) -> Author:
    """Who changes something here, when and why."""
    return Author(name=author(call), at=call.now, reason=reason)


def stored_of(one: Stored) -> dict[str, Any]:
    """How a campaign stands, as it is shown."""
    return {
        "campaign": one.id,
        "state": one.state,
        "version": one.version,
        "live_version": one.live_version,
        "created_at": moment_of(one.created_at),
        "changed_at": moment_of(one.changed_at),
    }


def _change_of(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "version": change.version,
        "author": change.author,
        "at": moment_of(change.at),
        "reason": change.reason,
    }

"""Codes that open campaigns: made in bulk, shared, ended; and coupons that shoppers clip."""

import secrets
from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.campaigns import CAMPAIGN, by
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.rendered import moment_of
from gateway.connectors import scans
from gateway.wire.fields import Moment, code, note, text, whole_page
from gateway.wire.fields import count as whole
from gateway.wire.problems import Place, invalid
from gateway.wire.shapes import Strict
from identity.reading import profiles
from offers.codes import issuing, opening
from offers.codes.issuing import Order
from offers.codes.store import Batch

blueprint = Blueprint("codes", __name__, url_prefix="/v1/codes", description="What opens a campaign.")

MOST_AT_ONCE = 10_000
CLIPS = {Scope.CAMPAIGN, Scope.KIOSK, Scope.QUERY}


class NewCodesSchema(Strict):
    """Which codes to make: so many random ones, or one word that everybody may know."""

    campaign = code(required=True)
    count = whole(least=1, most=MOST_AT_ONCE, about="Random codes; more of them with `o2o codes create`.")
    word = text(shortest=3, longest=64, about="Instead of `count`: this one code, or a coupon's AI (8112).")
    prefix = text(longest=16, about="What random codes begin with.")
    uses = whole(
        least=1, about="How many transactions may use one code; random ones once, a word without end."
    )
    expires_at = Moment(load_default=None, allow_none=True)
    note = note(longest=500)


class MadeCodesSchema(Strict):
    """The codes, now and never again: only their digests are kept."""

    batch = fields.UUID(required=True)
    codes = fields.List(fields.String(), required=True)


class CodeBatchSchema(Strict):
    """Codes that were made together."""

    batch = fields.UUID(required=True)
    campaign = fields.String(required=True)
    count = fields.Integer(required=True)
    uses = fields.Integer(required=True, allow_none=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    revoked_at = fields.DateTime(required=True, allow_none=True)
    author = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    at = fields.DateTime(required=True)


class CodeBatchesSchema(Strict):
    """The newest batches first."""

    items = fields.List(fields.Nested(CodeBatchSchema), required=True)


class CodeBatchesQuerySchema(Strict):
    """Whose batches."""

    campaign = fields.String(load_default=None, validate=validate.Length(max=64))
    limit = whole_page()


class ClipSchema(Strict):
    """Whose coupon: any record id of the shopper."""

    campaign = code(required=True)
    profile = fields.UUID(required=True)


class ClippedSchema(Strict):
    """Whether it is clipped now that was not before."""

    is_new = fields.Boolean(required=True)


@endpoint(
    blueprint,
    "POST",
    "",
    scopes=CAMPAIGN,
    body=NewCodesSchema,
    answers={201: MadeCodesSchema},
    writes="natural",
)
def make_codes(call: Call) -> Answer:
    """Make codes for a campaign with `reach: code`. They are shown now and kept nowhere, so this is not
    answered twice: asked again, it makes other codes.
    """
    asked = call.body
    if (asked["count"] is None) == (asked["word"] is None):
        raise invalid(Place("/count", "give either count or word"))
    batch = call.services.offers.new_id()
    order = Order(
        campaign=asked["campaign"],
        uses_most=asked["uses"] if asked["word"] is not None else asked["uses"] or 1,
        expires_at=asked["expires_at"],
        note=asked["note"],
    )
    author = by(call, asked["note"])
    if asked["word"] is not None:
        issuing.share(call.connection, order, scans.code(asked["word"]), author, batch_id=batch)
        return Answer(201, {"batch": batch, "codes": [asked["word"]]})
    made = issuing.issue(
        call.connection,
        order,
        asked["count"],
        author,
        batch_id=batch,
        random=secrets.token_bytes,
        prefix=asked["prefix"] or "",
    )
    return Answer(201, {"batch": batch, "codes": list(made)})


@endpoint(
    blueprint, "GET", "", scopes=CAMPAIGN, query=CodeBatchesQuerySchema, answers={200: CodeBatchesSchema}
)
def list_codes(call: Call) -> Answer:
    """The batches of codes that were made, newest first; never the codes."""
    found = issuing.batches(call.connection, call.query["campaign"], limit=call.query["limit"])
    return Answer(200, {"items": [_batch_of(one) for one in found]})


@endpoint(blueprint, "DELETE", "/<uuid:batch>", scopes=CAMPAIGN, answers={204: None}, writes="natural")
def revoke_codes(call: Call, batch: Any) -> Answer:
    """End all codes of a batch; what they gave already stays."""
    issuing.revoke(call.connection, batch, by(call, None))
    return Answer(204)


@endpoint(
    blueprint, "PUT", "/clips", scopes=CLIPS, body=ClipSchema, answers={200: ClippedSchema}, writes="natural"
)
def clip_coupon(call: Call) -> Answer:
    """Clip a coupon at the kiosk or online: at the till it applies by itself."""
    view = profiles.view(call.connection, call.services.identity, call.body["profile"])
    is_new = opening.clip(call.connection, call.body["campaign"], view.profile_no, now=call.now)
    return Answer(200, {"is_new": is_new})


@endpoint(blueprint, "DELETE", "/clips", scopes=CLIPS, body=ClipSchema, answers={204: None}, writes="natural")
def unclip_coupon(call: Call) -> Answer:
    """Put a clipped coupon back."""
    view = profiles.view(call.connection, call.services.identity, call.body["profile"])
    opening.unclip(call.connection, call.body["campaign"], view.limit_members)
    return Answer(204)


def _batch_of(one: Batch) -> dict[str, Any]:
    return {
        "batch": one.id,
        "campaign": one.campaign,
        "count": one.codes,
        "uses": one.uses_most,
        "expires_at": moment_of(one.expires_at) if one.expires_at is not None else None,
        "revoked_at": moment_of(one.revoked_at) if one.revoked_at is not None else None,
        "author": one.author,
        "note": one.note,
        "at": moment_of(one.at),
    }

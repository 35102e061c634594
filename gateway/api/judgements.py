"""What stewards decide about pairs of records, and why the gateway thinks what it thinks."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.profiles import ExplanationSchema
from gateway.api.rendered import masked, moment_of
from gateway.wire.fields import code, note, one_of, text
from gateway.wire.shapes import Strict, nested
from identity.answers import JudgementView
from identity.model import Verdict
from identity.reading import profiles
from identity.stewardship import steward

blueprint = Blueprint(
    "judgements", __name__, url_prefix="/v1", description="Same or different, decided by people."
)

MAX_SIDE = 500

STEWARD = {Scope.STEWARD}


class PairSchema(Strict):
    """Two records, by any id they ever had."""

    left = fields.UUID(required=True)
    right = fields.UUID(required=True)


class JudgeSchema(Strict):
    """Everything on the left is, or is not, the same shopper as everything on the right."""

    left = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MAX_SIDE))
    right = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MAX_SIDE))
    verdict = one_of("same", "different", required=True)
    reason = note(longest=1000, required=True, about="For whoever reads this in a year.")


class SplitSchema(Strict):
    """The groups into which a profile's records part; records not named stay together."""

    groups = fields.List(
        fields.List(fields.UUID(), validate=validate.Length(min=1, max=MAX_SIDE)),
        required=True,
        validate=validate.Length(min=1, max=50),
    )
    reason = note(longest=1000, required=True)


class HandleSchema(Strict):
    """What a source calls a shopper: a card, an account."""

    source = code(required=True)
    key = text(longest=256, required=True)


class ReplacementSchema(Strict):
    """A card or account that replaces another one of the same shopper."""

    new = nested(HandleSchema, required=True)
    old = nested(HandleSchema, required=True)
    reason = note(longest=1000, required=True)


class JudgementSchema(Strict):
    """A judgement and what it did."""

    judgement = fields.Integer(required=True)
    left = fields.List(fields.UUID(), required=True)
    right = fields.List(fields.UUID(), required=True)
    verdict = fields.String(required=True, validate=validate.OneOf(["same", "different"]))
    reason = fields.String(required=True)
    author = fields.String(required=True)
    at = fields.DateTime(required=True)
    profiles = fields.List(fields.UUID(), required=True)


class JudgementsSchema(Strict):
    """The judgements a split wrote."""

    judgements = fields.List(fields.Nested(JudgementSchema), required=True)


@endpoint(blueprint, "GET", "/why", scopes=STEWARD, query=PairSchema, answers={200: ExplanationSchema})
def explain_pair(call: Call) -> Answer:
    """What speaks for and against two records being one shopper, and how their weight adds up.

    Values are masked unless the key may read profiles.
    """
    asked = call.query
    show = str if call.principal.may(Scope.PROFILE_READ) else masked
    told = profiles.why(call.connection, call.services.identity, asked["left"], asked["right"], show=show)
    return Answer(200, told)


@endpoint(
    blueprint,
    "POST",
    "/judgements",
    scopes=STEWARD,
    body=JudgeSchema,
    answers={201: JudgementSchema},
    writes="once",
)
def judge(call: Call) -> Answer:
    """Decide about a pair, or about two groups. The newest judgement counts, also for records that come
    later.
    """
    sent = call.body
    view = steward.judge(
        call.connection,
        call.services.identity,
        sent["left"],
        sent["right"],
        Verdict(sent["verdict"]),
        reason=sent["reason"],
        author=author(call),
        now=call.now,
    )
    return Answer(201, judgement_of(view))


@endpoint(
    blueprint,
    "POST",
    "/profiles/<uuid:profile>/split",
    scopes=STEWARD,
    body=SplitSchema,
    answers={201: JudgementsSchema},
    writes="once",
)
def split_profile(call: Call, profile: UUID) -> Answer:
    """Take a profile apart. Nothing has to be copied back: events and redemptions stay with their records."""
    views = steward.split(
        call.connection,
        call.services.identity,
        profile,
        call.body["groups"],
        reason=call.body["reason"],
        author=author(call),
        now=call.now,
    )
    return Answer(201, {"judgements": [judgement_of(view) for view in views]})


@endpoint(
    blueprint,
    "POST",
    "/replacements",
    scopes=STEWARD,
    body=ReplacementSchema,
    answers={201: JudgementSchema},
    writes="once",
)
def replace_key(call: Call) -> Answer:
    """Declare that a card or account replaces another one. Both are one shopper's from now on, and the old
    number answers no more, whatever its source says of it.
    """
    new, old = ((call.body[which]["source"], call.body[which]["key"]) for which in ("new", "old"))
    view = steward.replace_key(
        call.connection,
        call.services.identity,
        new,
        old,
        reason=call.body["reason"],
        author=author(call),
        now=call.now,
    )
    return Answer(201, judgement_of(view))


@endpoint(
    blueprint,
    "DELETE",
    "/replacements/<source>/<path:key>",
    scopes=STEWARD,
    answers={204: None},
    writes="natural",
)
def reinstate_key(call: Call, source: str, key: str) -> Answer:
    """Take back that a card or account was replaced: its number answers again. That the two are one shopper
    stands until it is judged otherwise.
    """
    steward.reinstate_key(call.connection, call.services.identity, (source, key), now=call.now)
    return Answer(204)


def author(call: Call) -> str:
    """Who decided, as far as the door knows."""
    return f"key:{call.principal.key_id}"


def judgement_of(view: JudgementView) -> dict[str, Any]:
    """A judgement as it is shown."""
    return {
        "judgement": view.judgement_no,
        "left": view.left,
        "right": view.right,
        "verdict": view.verdict.value,
        "reason": view.reason,
        "author": view.author,
        "at": moment_of(view.at),
        "profiles": view.profiles,
    }

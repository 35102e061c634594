"""Experiments: what a campaign's holdout and variants prove."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from gateway.api.campaigns import CAMPAIGN
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.rendered import moment_of
from gateway.wire.shapes import Strict
from offers.evaluation.decision import HOLDOUT
from offers.experiments import evidence, service
from offers.experiments.evidence import Arm, Interval
from offers.experiments.service import Experiment

blueprint = Blueprint(
    "experiments", __name__, url_prefix="/v1/experiments", description="What holdouts and variants prove."
)

DIGITS = 6


class RunningSchema(Strict):
    """A campaign that dealt people different arms."""

    campaign = fields.String(required=True)
    persons = fields.Integer(required=True)
    arms = fields.Integer(required=True)
    since = fields.DateTime(required=True)


class ExperimentsSchema(Strict):
    """All of them, in the order of their campaigns."""

    items = fields.List(fields.Nested(RunningSchema), required=True)


class IntervalSchema(Strict):
    """An estimate with the bounds of 95 percent."""

    value = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)


class SpendSchema(Strict):
    """What the persons of an arm paid since they were dealt it, in minor units; returns are taken off."""

    currency = fields.String(required=True)
    paid = fields.Integer(required=True)
    discount = fields.Integer(required=True)
    more_per_person = fields.Nested(IntervalSchema, required=True, allow_none=True)


class ArmSchema(Strict):
    """An arm. `more_buyers` and `more_per_person` compare it with the holdout."""

    arm = fields.String(required=True)
    share_bp = fields.Integer(required=True)
    persons = fields.Integer(required=True)
    buyers = fields.Integer(required=True)
    users = fields.Integer(required=True)
    buyer_rate = fields.Nested(IntervalSchema, required=True)
    more_buyers = fields.Nested(IntervalSchema, required=True, allow_none=True)
    spend = fields.List(fields.Nested(SpendSchema), required=True)


class ExperimentSchema(Strict):
    """The evidence so far. `sizes_are_off`: the arms are not of the sizes dealt, so do not trust it. It is
    never said of an adaptive campaign, whose shares move.
    """

    campaign = fields.String(required=True)
    since = fields.DateTime(required=True, allow_none=True)
    chance_of_sizes = fields.Float(required=True, allow_none=True)
    sizes_are_off = fields.Boolean(required=True)
    arms = fields.List(fields.Nested(ArmSchema), required=True)


@endpoint(blueprint, "GET", "", scopes=CAMPAIGN, answers={200: ExperimentsSchema})
def list_experiments(call: Call) -> Answer:
    """The campaigns that dealt people different arms."""
    found = service.running(call.connection)
    return Answer(200, {"items": [{**one._asdict(), "since": moment_of(one.since)} for one in found]})


@endpoint(blueprint, "GET", "/<campaign>", scopes=CAMPAIGN, answers={200: ExperimentSchema})
def read_experiment(call: Call, campaign: str) -> Answer:
    """What the persons of each arm bought since they were dealt it, beside the holdout."""
    return Answer(200, _told(service.experiment(call.connection, campaign)))


def _told(found: Experiment) -> dict[str, Any]:
    chance = evidence.chance_of_sizes(found.arms) if not found.adaptive else None
    holdout = next((arm for arm in found.arms if arm.name == HOLDOUT), None)
    return {
        "campaign": found.campaign,
        "since": moment_of(found.since) if found.since is not None else None,
        "chance_of_sizes": round(chance, DIGITS) if chance is not None else None,
        "sizes_are_off": chance is not None and chance < evidence.OFF,
        "arms": [_arm(arm, holdout if arm is not holdout else None) for arm in found.arms],
    }


def _arm(arm: Arm, holdout: Arm | None) -> dict[str, Any]:
    currencies = sorted({spend.currency for one in (arm, holdout) if one is not None for spend in one.spend})
    return {
        "arm": arm.name,
        "share_bp": arm.share_bp,
        "persons": arm.persons,
        "buyers": arm.buyers,
        "users": arm.users,
        "buyer_rate": _interval(evidence.rate(arm.buyers, arm.persons)),
        "more_buyers": _interval(evidence.more_buyers(arm, holdout)) if holdout is not None else None,
        "spend": [_spend(arm, holdout, currency) for currency in currencies],
    }


def _spend(arm: Arm, holdout: Arm | None, currency: str) -> dict[str, Any]:
    spent = arm.spent(currency)
    more = evidence.more_spend(arm, holdout, currency) if holdout is not None else None
    return {
        "currency": currency,
        "paid": spent.paid_minor,
        "discount": spent.discount_minor,
        "more_per_person": _interval(more) if more is not None else None,
    }


def _interval(found: Interval) -> dict[str, float]:
    return {name: round(getattr(found, name), DIGITS) for name in ("value", "low", "high")}

"""What the tills say they gave against what the ledger says: a till's closing, and the report on days and
stores.
"""

import datetime as dt
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from gateway.access.security import Scope, speaks_for_store
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.wire.fields import Day, minor, text
from gateway.wire.moments import day
from gateway.wire.problems import Place, Problem
from gateway.wire.shapes import Strict, many
from offers.reconciliation import books, sheet
from offers.reconciliation.report import Difference, Report, Sum

blueprint = Blueprint(
    "reconciliation", __name__, url_prefix="/v1", description="The tills' word against the ledger's."
)

MOST_OFFERS = 5_000
MOST_DAYS = 31


class GivenSchema(Strict):
    """What an offer gave at a till in a day, cancelled sales left out."""

    offer = text(longest=128, required=True)
    amount = minor(required=True)


class ClosingSchema(Strict):
    """What a till gave in a day. Sent again, the newest word counts."""

    given = many(GivenSchema, most=MOST_OFFERS)


class AskedDaysSchema(Strict):
    """Which business days, and which store; without one, all."""

    day = Day(required=True)
    until = Day(load_default=None, metadata={"description": "The last day; left out: one day."})
    store = fields.String(load_default=None)


class SumSchema(Strict):
    """What was given of a campaign in a store on a day; minor units."""

    store = fields.String(required=True)
    day = fields.Date(required=True)
    campaign = fields.String(required=True)
    funding = fields.String(required=True)
    currency = fields.String(required=True)
    uses = fields.Integer(required=True)
    till = fields.Integer(required=True)
    ledger = fields.Integer(required=True)
    difference = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    over = fields.Integer(required=True)


class DifferenceSchema(Strict):
    """Where a till and the ledger disagree; minor units. `number` is null for a till's whole day."""

    store = fields.String(required=True)
    day = fields.Date(required=True)
    terminal = fields.String(required=True)
    number = fields.String(required=True, allow_none=True)
    offer = fields.String(required=True)
    campaign = fields.String(required=True)
    currency = fields.String(required=True)
    till = fields.Integer(required=True)
    ledger = fields.Integer(required=True)
    explanation = fields.String(required=True, allow_none=True)


class OpenTillSchema(Strict):
    """A till that sold something and has not closed its day."""

    store = fields.String(required=True)
    day = fields.Date(required=True)
    terminal = fields.String(required=True)


class ReportSchema(Schema):
    """Sums, and every difference: those that nobody explains first."""

    agrees = fields.Boolean(required=True, metadata={"description": "No difference is unexplained."})
    unexplained = fields.Integer(required=True)
    sums = fields.List(fields.Nested(SumSchema), required=True)
    differences = fields.List(fields.Nested(DifferenceSchema), required=True)
    open_tills = fields.List(fields.Nested(OpenTillSchema), required=True)


@endpoint(
    blueprint,
    "PUT",
    "/closings/<store>/<terminal>/<business_day>",
    scopes={Scope.REDEEM},
    body=ClosingSchema,
    answers={200: ReportSchema},
    writes="natural",
)
def close_till(call: Call, store: str, terminal: str, business_day: str) -> Answer:
    """A till's word about its day; the answer says where the ledger has something else."""
    speaks_for_store(call.principal, store)
    given: dict[str, int] = {}
    for one in call.body["given"]:
        given[one["offer"]] = given.get(one["offer"], 0) + one["amount"]
    report = books.close_day(
        call.connection,
        call.services.offers,
        store_code=store,
        terminal=terminal,
        day=_day(business_day),
        given=given,
        now=call.now,
    )
    return Answer(200, report_of(report))


@endpoint(
    blueprint,
    "GET",
    "/reconciliation",
    scopes={Scope.ADMIN, Scope.STEWARD},
    query=AskedDaysSchema,
    answers={200: ReportSchema},
)
def reconcile(call: Call) -> Answer:
    """The report on business days: what tills say they gave against what the ledger says."""
    return Answer(200, report_of(_report(call)))


@endpoint(
    blueprint,
    "GET",
    "/reconciliation.csv",
    scopes={Scope.ADMIN, Scope.STEWARD},
    query=AskedDaysSchema,
    answers={200: None},
    doc={
        "responses": {
            "200": {
                "description": "Sums, then differences (the unexplained first), then tills that are open.",
                "content": {"text/csv": {"schema": {"type": "string"}}},
            }
        }
    },
)
def reconcile_as_table(call: Call) -> Answer:
    """The same report as a table that a spreadsheet opens."""
    return Answer(200, sheet.csv_text(_report(call)).encode(), mimetype="text/csv")


def _report(call: Call) -> Report:
    since: dt.date = call.query["day"]
    until: dt.date = call.query["until"] or since
    if not since <= until <= since + dt.timedelta(days=MOST_DAYS - 1):
        raise _wrong("until", f"is from the same day to {MOST_DAYS - 1} days later")
    store = call.query["store"]
    if store is not None:
        speaks_for_store(call.principal, store)
    elif call.principal.stores is not None:
        raise Problem("wrong_store", "This key is bound to some stores: name one of them.")
    return books.reconcile(call.connection, call.services.offers, since=since, until=until, store_code=store)


def report_of(report: Report) -> dict[str, Any]:
    """A report as it is shown."""
    return {
        "agrees": not report.unexplained,
        "unexplained": len(report.unexplained),
        "sums": [_sum_of(one) for one in report.sums],
        "differences": [_difference_of(one) for one in report.differences],
        "open_tills": [
            {"store": store, "day": on, "terminal": terminal} for store, on, terminal in report.open_tills
        ],
    }


def _sum_of(one: Sum) -> dict[str, Any]:
    return {
        "store": one.store,
        "day": one.day,
        "campaign": one.campaign,
        "funding": one.funding,
        "currency": one.currency,
        "uses": one.uses,
        "till": one.till_minor,
        "ledger": one.ledger_minor,
        "difference": one.difference_minor,
        "returned": one.returned_minor,
        "over": one.over_minor,
    }


def _difference_of(one: Difference) -> dict[str, Any]:
    return {
        "store": one.store,
        "day": one.day,
        "terminal": one.terminal,
        "number": one.number,
        "offer": one.offer,
        "campaign": one.campaign,
        "currency": one.currency,
        "till": one.till_minor,
        "ledger": one.ledger_minor,
        "explanation": one.explanation,
    }


def _day(spelled: str) -> dt.date:
    try:
        return day(spelled)
    except ValueError as error:
        raise _wrong("business_day", str(error)) from None


def _wrong(name: str, detail: str) -> Problem:
    return Problem("malformed_request", "The address is not usable.", places=(Place(name, detail),))

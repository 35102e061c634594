"""Product and stock feeds at the door: what is named is added or changed, what is not stays as it is."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from flask import request
from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope, speaks_for_store
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.connectors.feeds import mapping, rows
from gateway.connectors.feeds.mapping import RowError
from gateway.connectors.feeds.rows import FeedError, Format, Row
from gateway.imports import feeds
from gateway.imports.feeds import Fed
from gateway.wire.body import MAX_BATCH_BYTES
from gateway.wire.fields import Moment
from gateway.wire.problems import Problem
from gateway.wire.shapes import Strict

T = TypeVar("T")

blueprint = Blueprint(
    "feeds", __name__, url_prefix="/v1/connectors", description="Product and stock feeds of others' making."
)

WRITE: Final = {Scope.INGEST, Scope.ADMIN}
MAX_REJECTED: Final = 1_000
DEFAULT_SOURCE: Final = "feed"
"""What a key that is bound to no source feeds."""
FORMS: Final[dict[str, Format]] = {
    "application/xml": "xml",
    "text/xml": "xml",
    "application/rss+xml": "xml",
    "application/atom+xml": "xml",
    "text/tab-separated-values": "tsv",
    "text/csv": "csv",
}

BODY: Final = {
    "requestBody": {"required": True, "content": {name: {"schema": {"type": "string"}} for name in FORMS}}
}


class FeedQuerySchema(Strict):
    """How to read the feed."""

    map = fields.String(
        load_default="",
        validate=validate.Length(max=2_000),
        metadata={"description": "Our names and the feed's columns: sku=Artikelnummer,title=Bezeichnung."},
    )
    as_of = Moment(
        load_default=None,
        metadata={
            "description": "When the feed was made. Without it: what the feed itself says, else now. Of two"
            " feeds the later made counts, whichever comes first."
        },
    )


class RejectedRowSchema(Strict):
    """A row that was not taken."""

    line = fields.Integer(required=True)
    reason = fields.String(required=True)


class FeedAnswerSchema(Strict):
    """What a feed changed.

    `outdated`: rows about which a feed that was made later has spoken. `missing`: unknown skus or stores.
    """

    added = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    outdated = fields.Integer(required=True)
    missing = fields.List(fields.String(), required=True)
    rejected = fields.List(fields.Nested(RejectedRowSchema), required=True)


def _feed(path: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Declares a route that takes a feed."""
    return endpoint(
        blueprint,
        "POST",
        path,
        scopes=WRITE,
        raw=True,
        query=FeedQuerySchema,
        answers={200: FeedAnswerSchema},
        writes="natural",
        most_bytes=MAX_BATCH_BYTES,
        doc=BODY,
    )


@_feed("/products")
def take_products(call: Call) -> Answer:
    """Take in products from Google's feed (XML, TSV) or a CSV; bad rows are refused alone."""
    names, currency = _names(call), call.services.settings.currency
    rejected: list[dict[str, Any]] = []
    taken = list(_taken(call, lambda row: mapping.article(row, names, currency=currency), rejected))
    fed = feeds.take_products(call.connection, _source(call), taken, made_at=_made_at(call))
    return _answer(fed, rejected)


@_feed("/stock")
def take_stock(call: Call) -> Answer:
    """Take in what stores have at hand, from a local inventory feed or a CSV; bad rows are refused alone."""
    names = _names(call)
    rejected: list[dict[str, Any]] = []
    taken = list(_taken(call, lambda row: mapping.shelf(row, names), rejected))
    for store in sorted({one.store for one in taken}):
        speaks_for_store(call.principal, store)
    fed = feeds.take_stock(call.connection, _source(call), taken, made_at=_made_at(call))
    return _answer(fed, rejected)


def _source(call: Call) -> str:
    return call.principal.source or DEFAULT_SOURCE


def _made_at(call: Call) -> dt.datetime:
    """A feed from tomorrow would keep all others out until then."""
    now = call.services.clock()
    told = call.query["as_of"] or rows.made_at(call.body, FORMS[request.mimetype])
    return min(told, now) if told is not None else now


def _names(call: Call) -> dict[str, str]:
    try:
        return mapping.mapped(call.query["map"])
    except RowError as error:
        raise Problem("invalid", f"The mapping cannot be read: {error}.") from None


def _taken(call: Call, read: Callable[[Row], T], rejected: list[dict[str, Any]]) -> Iterator[T]:
    form = FORMS.get(request.mimetype)
    if form is None:
        raise Problem("unsupported_media_type", f"Send one of {', '.join(FORMS)}.")
    try:
        for row in rows.rows(call.body, form):
            try:
                yield read(row)
            except RowError as error:
                rejected.append({"line": row.line, "reason": str(error)})
    except FeedError as error:
        raise Problem("malformed_body", f"The feed cannot be read: {error}.") from None


def _answer(fed: Fed, rejected: list[dict[str, Any]]) -> Answer:
    shown = {"added": fed.counts.added, "changed": fed.counts.changed, "outdated": fed.outdated}
    missing = list(fed.counts.unknown)
    return Answer(200, {**shown, "missing": missing, "rejected": rejected[:MAX_REJECTED]})

"""From whatever was raised to the problem that is answered: one table of domain errors, and the library's
errors beside it.

A domain error class that is not in the table fails a test, not a shopper.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg2
import sqlalchemy.exc
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from gateway.wire import errors as gateway_errors
from gateway.wire import problems
from gateway.wire.problems import KINDS, Place, Problem
from identity import errors as identity_errors
from offers import errors as offers_errors

DOMAIN: Final[dict[type[Exception], str]] = {
    gateway_errors.InvalidGrantError: "invalid",
    gateway_errors.UnknownKeyError: "not_found",
    identity_errors.BusyError: "unavailable",
    identity_errors.ErasedError: "erased",
    identity_errors.InvalidJudgementError: "invalid",
    identity_errors.InvalidRecordError: "invalid",
    identity_errors.RolledBackBatchError: "wrong_state",
    identity_errors.SuppressedError: "erased",
    identity_errors.ModelError: "invalid",
    identity_errors.TogetherError: "unavailable",
    identity_errors.UnknownBatchError: "not_found",
    identity_errors.UnknownProfileError: "not_found",
    identity_errors.UnknownRecordError: "not_found",
    identity_errors.UnknownReviewError: "not_found",
    identity_errors.UnknownSourceError: "invalid",
    offers_errors.AlreadyVoidedError: "wrong_state",
    offers_errors.CampaignStateError: "wrong_state",
    offers_errors.CurrencyMismatchError: "invalid",
    offers_errors.InvalidCampaignError: "invalid",
    offers_errors.NoLongerAuthorisedError: "bad_key",
    offers_errors.RedemptionStateError: "wrong_state",
    offers_errors.ReturnBeyondSaleError: "wrong_state",
    offers_errors.StaleRevisionError: "stale_revision",
    offers_errors.TakenCodeError: "different_content",
    offers_errors.TransactionConflictError: "different_content",
    offers_errors.UnknownBatchError: "not_found",
    offers_errors.UnknownSegmentError: "not_found",
    offers_errors.UnknownCampaignError: "not_found",
    offers_errors.UnknownDecisionError: "not_found",
    offers_errors.UnknownProductError: "not_found",
    offers_errors.UnknownRedemptionError: "not_found",
    offers_errors.UnknownStoreError: "not_found",
}

STARTUP: Final[frozenset[type[Exception]]] = frozenset({identity_errors.PolicyError})
"""Raised before the door opens, so no request ever meets them."""

HTTP: Final[dict[int, str]] = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    413: "body_too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    431: "headers_too_large",
    503: "unavailable",
}

RETRY_AFTER_S = 1
BUSY = "No database connection is free; ask again in a second."
SLOW = "The database did not answer in time; ask again in a second."


def problem_of(error: Exception) -> Problem:
    """The problem to answer; `internal` when the error is one that nobody expected."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):
        return invalid(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    code = DOMAIN.get(type(error))
    if code is not None:
        return _of_domain(error, code)
    return _of_database(error) or Problem("internal", "Something went wrong on our side; it has been logged.")


def invalid(error: ValidationError, *, of: str = "body") -> Problem:
    """What a published schema refused, place by place."""
    return problems.invalid(*_places("", error.messages), of=of)


def _places(pointer: str, messages: Any) -> list[Place]:
    if isinstance(messages, Mapping):
        found = []
        for key, inner in messages.items():
            step = (
                "" if key in {"_schema", "value"} and not isinstance(inner, Mapping) else f"/{_escaped(key)}"
            )
            found += _places(pointer + step, inner)
        return found
    if isinstance(messages, Sequence) and not isinstance(messages, str):
        return [Place(pointer, WORDED.get(str(message), str(message))) for message in messages]
    return [Place(pointer, str(messages))]


WORDED: Final = {
    "Missing data for required field.": "is required",
    "Field may not be null.": "may not be null",
    "Unknown field.": "is not known here; leave it out",
    "Not a valid integer.": "must be a whole number, without quotes",
    "Not a valid string.": "must be a text",
    "Not a valid list.": "must be a list",
    "Not a valid mapping type.": "must be an object",
    "Invalid input type.": "must be an object",
}
"""The library's sentences in ours: what to do, not what is wrong with it."""


def _escaped(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def _of_http(error: HTTPException) -> Problem:
    code = HTTP.get(error.code or 500, "internal" if (error.code or 500) >= 500 else "malformed_request")
    headers: dict[str, str] = {}
    detail = KINDS[code][1]
    methods = getattr(error, "valid_methods", None)
    if methods:
        headers["Allow"] = ", ".join(sorted(methods))
        detail = f"Use {headers['Allow']}."
    return Problem(code, detail, headers=headers)


def _of_domain(error: Exception, code: str) -> Problem:
    places = tuple(Place("", sentence) for sentence in getattr(error, "problems", ()))
    retry_after_s = RETRY_AFTER_S if KINDS[code][0] == 503 else None
    return Problem(code, str(error), places=places, retry_after_s=retry_after_s)


def _of_database(error: Exception) -> Problem | None:
    if isinstance(error, sqlalchemy.exc.TimeoutError):
        return Problem("unavailable", BUSY, retry_after_s=RETRY_AFTER_S)
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    if isinstance(cause, psycopg2.DataError):
        return Problem("invalid", "A value is outside what can be stored.")
    if isinstance(cause, psycopg2.OperationalError | psycopg2.InterfaceError):
        return Problem("unavailable", SLOW, retry_after_s=RETRY_AFTER_S)
    return None

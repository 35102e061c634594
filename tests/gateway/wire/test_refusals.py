"""Every error has its problem."""

import inspect
from types import ModuleType

import psycopg2
import pytest
import sqlalchemy.exc
from marshmallow import ValidationError

import identity.errors
import offers.errors
from gateway.wire import errors as gateway_errors
from gateway.wire.problems import KINDS, Problem, document, response
from gateway.wire.refusals import DOMAIN, STARTUP, invalid, problem_of


def _classes(module: ModuleType) -> set[type[Exception]]:
    return {
        found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Exception) and found.__module__ == module.__name__
    }


@pytest.mark.parametrize("module", [gateway_errors, identity.errors, offers.errors], ids=lambda m: m.__name__)
def test_every_domain_error_is_mapped(module: ModuleType) -> None:
    """A new error class without a problem fails here, not in a store."""
    roots = {found for found in _classes(module) if found.__bases__ == (Exception,)}
    assert _classes(module) - roots - set(DOMAIN) - STARTUP == set()


def test_the_table_names_known_problems_only() -> None:
    """No code without a status and a sentence."""
    assert set(DOMAIN.values()) <= set(KINDS)


def test_a_problem_says_what_to_do() -> None:
    """The document has what RFC 9457 asks for and a code to branch on."""
    body = document(problem_of(identity.errors.UnknownProfileError()))
    assert body["status"] == 404
    assert body["code"] == "not_found"
    assert body["type"] == "/problems/not_found"
    assert body["detail"]


def test_a_schema_refusal_points_at_every_place() -> None:
    """Pointers are JSON pointers, also through lists and odd names."""
    error = ValidationError(
        {"basket": {"lines": {0: {"amount": ["Missing data for required field."]}}}, "a/b": ["x"]}
    )
    places = {place.pointer: place.detail for place in invalid(error).places}
    assert places == {"/basket/lines/0/amount": "is required", "/a~1b": "x"}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (sqlalchemy.exc.TimeoutError(), "unavailable"),
        (psycopg2.OperationalError(), "unavailable"),
        (psycopg2.errors.QueryCanceled(), "unavailable"),
        (psycopg2.errors.DeadlockDetected(), "unavailable"),
        (sqlalchemy.exc.OperationalError("x", None, psycopg2.OperationalError()), "unavailable"),
        (sqlalchemy.exc.DataError("x", None, psycopg2.errors.NumericValueOutOfRange()), "invalid"),
        (RuntimeError("secret"), "internal"),
    ],
)
def test_other_errors_have_their_problem_too(error: Exception, code: str) -> None:
    """A busy database is not our fault and not the caller's; what nobody expected tells nothing."""
    problem = problem_of(error)
    assert problem.code == code
    assert "secret" not in problem.detail


def test_a_busy_gateway_says_when_to_come_back() -> None:
    """503 and 429 carry Retry-After."""
    assert response(problem_of(psycopg2.OperationalError())).headers["Retry-After"] == "1"
    assert response(Problem("no_key", "x")).headers["WWW-Authenticate"].startswith("Bearer")

"""What shoppers allow, and how they want to be treated."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.rendered import moment_of
from gateway.wire.records import StatementSchema, statement
from gateway.wire.shapes import Strict
from identity.answers import ConsentView
from identity.model import Assurance
from identity.rights import consent

blueprint = Blueprint("consents", __name__, url_prefix="/v1/profiles", description="What shoppers allow.")


class DeclareSchema(Strict):
    """Statements to add; nothing said before is lost."""

    consents = fields.List(
        fields.Nested(StatementSchema), required=True, validate=validate.Length(min=1, max=20)
    )


class StoredStatementSchema(Strict):
    """A statement as it is kept."""

    purpose = fields.String(required=True)
    granted = fields.Boolean(required=True)
    at = fields.DateTime(required=True)
    source = fields.String(required=True)
    record = fields.UUID(required=True)
    proof = fields.String(required=True)
    evidence = fields.String(required=True)
    received_at = fields.DateTime(required=True)


class ConsentsSchema(Strict):
    """The newest word about each purpose, and every statement, newest first."""

    profile = fields.UUID(required=True)
    state = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)
    statements = fields.List(fields.Nested(StoredStatementSchema), required=True)


@endpoint(
    blueprint,
    "GET",
    "/<uuid:profile>/consents",
    scopes={Scope.PROFILE_READ, Scope.PRIVACY},
    answers={200: ConsentsSchema},
)
def read_consents(call: Call, profile: UUID) -> Answer:
    """What the shopper allows, counted over the whole person."""
    return Answer(200, _consents(call, profile))


@endpoint(
    blueprint,
    "PUT",
    "/<uuid:profile>/consents",
    scopes={Scope.PRIVACY},
    body=DeclareSchema,
    answers={200: ConsentsSchema},
    writes="natural",
)
def declare_consents(call: Call, profile: UUID) -> Answer:
    """Add statements. Withdrawing `cross_channel` parts the channels, granting it joins them again; limits
    count on.
    """
    now_profile = consent.declare(
        call.connection,
        call.services.identity,
        profile,
        [statement(said) for said in call.body["consents"]],
        proof=Assurance.AUTHENTICATED,
        now=call.now,
    )
    return Answer(200, _consents(call, now_profile))


def _consents(call: Call, profile: UUID) -> dict[str, Any]:
    ctx = call.services.identity
    return {
        "profile": profile,
        "state": consent.state(call.connection, ctx, profile),
        "statements": [_statement_of(view) for view in consent.statements(call.connection, ctx, profile)],
    }


def _statement_of(view: ConsentView) -> dict[str, Any]:
    return {
        "purpose": view.purpose,
        "granted": view.granted,
        "at": moment_of(view.at),
        "source": view.source,
        "record": view.record,
        "proof": view.proof.name.lower(),
        "evidence": view.evidence,
        "received_at": moment_of(view.received_at),
    }

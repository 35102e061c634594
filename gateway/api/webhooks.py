"""Who is told what happens: addresses, and what became of the messages to them."""

import datetime as dt
import secrets
from typing import Any, Final
from uuid import UUID

from flask_smorest import Blueprint
from marshmallow import fields, validate

from gateway.access.security import Scope
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.rendered import moment_of
from gateway.webhooks import kinds, sending, signing, store, store_endpoints, targets
from gateway.webhooks.store_endpoints import Endpoint
from gateway.webhooks.targets import ForbiddenTargetError
from gateway.wire.fields import flag, stored_number, whole_page
from gateway.wire.problems import Place, Problem, invalid
from gateway.wire.shapes import Strict

blueprint = Blueprint(
    "webhooks",
    __name__,
    url_prefix="/v1/webhooks",
    description="Signed events for other systems. Who prefers to pull reads the change feed.",
)

SCOPES: Final = {Scope.ADMIN}
OVERLAP: Final = dt.timedelta(days=1)
"""How long the secret before holds beside a new one."""


class WebhookSchema(Strict):
    """An https address, and what it is told."""

    url = fields.String(required=True, validate=validate.Length(min=1, max=targets.LONGEST_URL))
    kinds = fields.List(
        fields.String(validate=validate.OneOf(kinds.KINDS)), required=True, validate=validate.Length(min=1)
    )
    enabled = flag(default=True)


class ShownWebhookSchema(Strict):
    """An address that is told."""

    id = fields.UUID(required=True)
    url = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    enabled = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)


class NewWebhookSchema(ShownWebhookSchema):
    """An address with its secret, which is shown once."""

    secret = fields.String(required=True)


class WebhooksSchema(Strict):
    """All addresses."""

    items = fields.List(fields.Nested(ShownWebhookSchema), required=True)


class SecretSchema(Strict):
    """A new secret; the one before holds beside it for a day."""

    secret = fields.String(required=True)
    former_until = fields.DateTime(required=True)


class MessageQuerySchema(Strict):
    """Which messages."""

    state = fields.String(load_default="dead", validate=validate.OneOf(["waiting", "delivered", "dead"]))
    after = stored_number()
    limit = whole_page()


class WebhookMessageSchema(Strict):
    """A message on its way, taken, or given up."""

    message = fields.Integer(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    attempts = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    due_at = fields.DateTime(required=True)
    trouble = fields.String(required=True, allow_none=True)
    body = fields.String(required=True)


class WebhookMessagesSchema(Strict):
    """A page of messages."""

    items = fields.List(fields.Nested(WebhookMessageSchema), required=True)
    next_after = fields.Integer(required=True, allow_none=True)


class ReplaySchema(Strict):
    """Which dead messages to send again; none means all."""

    messages = fields.List(fields.Integer(strict=True), load_default=list, validate=validate.Length(max=1000))


class ReplayedSchema(Strict):
    """How many are on their way again."""

    replayed = fields.Integer(required=True)


@endpoint(
    blueprint, "POST", "", scopes=SCOPES, body=WebhookSchema, answers={201: NewWebhookSchema}, writes="once"
)
def add_webhook(call: Call) -> Answer:
    """Tell an address. The answer holds the secret its messages are signed with."""
    url = _url(call.body["url"])
    made, secret = call.services.identity.new_id(), secrets.token_bytes(signing.SECRET_BYTES)
    sealed = call.services.identity.vault.seal(secret, sending.PLACE)
    store_endpoints.add(call.connection, made, url, call.body["kinds"], sealed, now=call.now)
    if not call.body["enabled"]:
        store_endpoints.change(call.connection, made, enabled=False)
    return Answer(201, {**webhook_of(_found(call, made)), "secret": signing.spell(secret)})


@endpoint(blueprint, "GET", "", scopes=SCOPES, answers={200: WebhooksSchema})
def list_webhooks(call: Call) -> Answer:
    """All addresses."""
    return Answer(200, {"items": [webhook_of(one) for one in store_endpoints.every(call.connection)]})


@endpoint(blueprint, "GET", "/<uuid:webhook>", scopes=SCOPES, answers={200: ShownWebhookSchema})
def read_webhook(call: Call, webhook: UUID) -> Answer:
    """An address."""
    return Answer(200, webhook_of(_found(call, webhook)))


@endpoint(
    blueprint,
    "PUT",
    "/<uuid:webhook>",
    scopes=SCOPES,
    body=WebhookSchema,
    answers={200: ShownWebhookSchema},
    writes="natural",
)
def change_webhook(call: Call, webhook: UUID) -> Answer:
    """Change an address, what it is told, or whether it is told at all."""
    _found(call, webhook)
    asked = call.body
    store_endpoints.change(
        call.connection, webhook, url=_url(asked["url"]), kinds=asked["kinds"], enabled=asked["enabled"]
    )
    return Answer(200, webhook_of(_found(call, webhook)))


@endpoint(blueprint, "DELETE", "/<uuid:webhook>", scopes=SCOPES, answers={204: None}, writes="natural")
def remove_webhook(call: Call, webhook: UUID) -> Answer:
    """Tell an address nothing more; what was on its way to it is dropped."""
    _found(call, webhook)
    store_endpoints.remove(call.connection, webhook)
    return Answer(204)


@endpoint(
    blueprint, "POST", "/<uuid:webhook>/rotate", scopes=SCOPES, answers={200: SecretSchema}, writes="once"
)
def rotate_webhook_secret(call: Call, webhook: UUID) -> Answer:
    """Give an address a new secret; for a day messages are signed with both."""
    _found(call, webhook)
    secret, until = secrets.token_bytes(signing.SECRET_BYTES), call.now + OVERLAP
    sealed = call.services.identity.vault.seal(secret, sending.PLACE)
    store_endpoints.rotate(call.connection, webhook, sealed, former_until=until)
    return Answer(200, {"secret": signing.spell(secret), "former_until": moment_of(until)})


@endpoint(
    blueprint,
    "GET",
    "/<uuid:webhook>/messages",
    scopes=SCOPES,
    query=MessageQuerySchema,
    answers={200: WebhookMessagesSchema},
)
def list_webhook_messages(call: Call, webhook: UUID) -> Answer:
    """Messages to an address: those that nobody took, unless another state is asked for."""
    asked, found = call.query, _found(call, webhook)
    page = store.listing(
        call.connection, found.endpoint_no, state=asked["state"], after=asked["after"], limit=asked["limit"]
    )
    next_after = page[-1].message_no if len(page) == asked["limit"] else None
    return Answer(200, {"items": [_message_of(one) for one in page], "next_after": next_after})


@endpoint(
    blueprint,
    "POST",
    "/<uuid:webhook>/replay",
    scopes=SCOPES,
    body=ReplaySchema,
    answers={200: ReplayedSchema},
    writes="once",
)
def replay_webhook_messages(call: Call, webhook: UUID) -> Answer:
    """Send dead messages again, under the ids they had."""
    found = _found(call, webhook)
    count = store.replay(call.connection, found.endpoint_no, call.body["messages"], now=call.now)
    return Answer(200, {"replayed": count})


def _url(url: str) -> str:
    try:
        targets.checked_url(url)
    except ForbiddenTargetError as error:
        raise invalid(Place("/url", str(error))) from None
    return url


def _found(call: Call, webhook: UUID) -> Endpoint:
    found = store_endpoints.find(call.connection, webhook)
    if found is None:
        raise Problem("not_found", "There is no such webhook.")
    return found


def webhook_of(one: Endpoint) -> dict[str, Any]:
    """An address as it is shown."""
    return {
        "id": one.id,
        "url": one.url,
        "kinds": list(one.kinds),
        "enabled": one.enabled,
        "created_at": moment_of(one.created_at),
    }


def _message_of(one: store.Listed) -> dict[str, Any]:
    return {
        "message": one.message_no,
        "kind": one.kind,
        "state": one.state,
        "attempts": one.attempts,
        "created_at": moment_of(one.created_at),
        "due_at": moment_of(one.due_at),
        "trouble": one.trouble,
        "body": one.body,
    }

"""Signed offers for the hours without network, and the keys that prove them."""

from flask_smorest import Blueprint
from marshmallow import fields

from gateway.access.security import Scope, speaks_for_store
from gateway.api.endpoint import Answer, Call, endpoint
from gateway.api.rendered import moment_of
from gateway.shopping import offline_offers, shoppers, till
from gateway.shopping.offline_offers import Issued
from gateway.shopping.shoppers import Asker
from gateway.wire import decoded
from gateway.wire.decoder import decoder
from gateway.wire.fields import code
from gateway.wire.shapes import ShopperSchema, Strict, nested

blueprint = Blueprint(
    "offline",
    __name__,
    url_prefix="/v1/offline",
    description="Offers that a till may give while it is alone.",
)


class OfflineQuestionSchema(Strict):
    """For which store, and for whom. Without a shopper: what anybody may have there."""

    store = code(required=True)
    shopper = nested(ShopperSchema)


class PublicKeySchema(Strict):
    """A key that proves signed offers."""

    id = fields.String(required=True)
    algorithm = fields.String(required=True)
    public_key = fields.String(required=True, metadata={"description": "32 bytes, base64url."})


class SignedOfferSchema(Strict):
    """A signed offer. `own`: it is bound to what the shopper showed, and may be used once."""

    token = fields.String(required=True)
    offer = fields.String(required=True)
    title = fields.String(required=True)
    maximum = fields.Integer(required=True)
    expires_at = fields.DateTime(required=True)
    own = fields.Boolean(required=True)


class KeysSchema(Strict):
    """The keys in use."""

    keys = fields.List(fields.Nested(PublicKeySchema), required=True)


class OfflineOffersSchema(KeysSchema):
    """Signed offers with the keys that prove them."""

    offers = fields.List(fields.Nested(SignedOfferSchema), required=True)


@endpoint(blueprint, "GET", "/keys", scopes={Scope.QUERY, Scope.REDEEM}, answers={200: KeysSchema})
def list_offline_keys(call: Call) -> Answer:
    """The public keys that prove signed offers."""
    return Answer(200, {"keys": _keys(call)})


@endpoint(
    blueprint,
    "POST",
    "/offers",
    scopes={Scope.QUERY},
    body=OfflineQuestionSchema,
    decode=decoder(decoded.OfflineQuestion, OfflineQuestionSchema),
    answers={200: OfflineOffersSchema},
)
def sign_offers(call: Call) -> Answer:
    """Offers to give without asking, for at most seven days; those of a shopper bound to her card."""
    sent: decoded.OfflineQuestion = call.body
    speaks_for_store(call.principal, sent.store)
    held = call.services
    place = held.offers.snapshots.place(call.connection, sent.store)
    if sent.shopper is None:
        issued = offline_offers.issue(call.connection, held.offers, held.secrets, place, now=call.now)
    else:
        till.check([sent.shopper], None)
        issued = _own(call, sent.shopper, sent.store)
    return Answer(200, {"keys": _keys(call), "offers": [_shown(one) for one in issued]})


def _own(call: Call, sent: decoded.Shopper, store: str) -> list[Issued]:
    held = call.services
    asker = Asker(identity=held.identity, limits=held.limits, principal=call.principal, now=call.now)
    known = shoppers.read(call.connection, asker, sent, channel="kiosk").shopper
    shown = shoppers.shown(sent)
    if known is None or not shown:
        return []
    place = held.offers.snapshots.place(call.connection, store)
    return offline_offers.issue_own(
        call.connection, held.offers, held.secrets, place, known, shown[0], now=call.now
    )


def _keys(call: Call) -> list[dict[str, str]]:
    found = offline_offers.public_keys(call.services.secrets)
    return [{"id": name, "algorithm": "Ed25519", "public_key": key} for name, key in found.items()]


def _shown(one: Issued) -> dict[str, object]:
    return {
        "token": one.token,
        "offer": one.offer.offer,
        "title": one.title,
        "maximum": one.offer.maximum_minor,
        "expires_at": moment_of(one.offer.expires_at),
        "own": one.offer.holder is not None,
    }

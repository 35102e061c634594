"""Offers that tills may give while they are alone: signed with a key of this installation, checked when the
sale comes in.

The signing key is derived from the secrets file, a key for each of its versions, so there is nothing more to
keep or to lose; rotating the secrets rotates it, and what was signed before stays valid for its seven days.
"""

import datetime as dt
import secrets as chance
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection

from gateway.access.secrets_file import Secrets
from o2o_client import signed
from o2o_client.signed import LASTS_AT_MOST, NONCE_BYTES, LineRule, SignedOffer, holder_hash
from offers import service
from offers.clock import Settled
from offers.context import Context as Offers
from offers.evaluation.decision import Offer
from offers.model import Place, Query, Shopper
from offers.offline.line_rules import LineOffer
from offers.redemptions.redemption import Promise
from offers.service import Answer

_PURPOSE = b"o2o offline offers 1"
MOST_PERSONAL = 20


@dataclass(frozen=True, slots=True)
class Issued:
    """A signed offer on its way out; its words are not in it where they did not fit."""

    token: str
    offer: SignedOffer
    title: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What tokens were worth at the moment of the sale, and what was wrong with them."""

    promises: tuple[Promise, ...]
    flags: tuple[str, ...]


NO_TOKENS = Checked((), ())


def signing_key(secrets: Secrets, version: int) -> Ed25519PrivateKey:
    """The key of one version of the secrets."""
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=_PURPOSE)
    return Ed25519PrivateKey.from_private_bytes(derived.derive(secrets.versions[version].envelope))


def public_keys(secrets: Secrets) -> dict[str, str]:
    """Every key that an offer may be signed with, by its id."""
    return {str(version): signed.published(signing_key(secrets, version)) for version in secrets.versions}


def issue(
    connection: Connection, offers: Offers, secrets: Secrets, place: Place, *, now: dt.datetime
) -> list[Issued]:
    """What anybody may be given at a store."""
    found = offers.shelf.offers(connection, place, now=now)
    made = (_issued(secrets, _common(one, place, secrets, now), one.text) for one in found)
    return [one for one in made if one is not None]


def issue_own(
    connection: Connection,
    offers: Offers,
    secrets: Secrets,
    place: Place,
    shopper: Shopper,
    shown: str,
    *,
    now: dt.datetime,
) -> list[Issued]:
    """What a kiosk would show this shopper, for whoever holds what was shown."""
    asked = Query(channel="kiosk", place=place, price_time=now, limit=MOST_PERSONAL)
    answer = service.query(connection, offers, asked, shopper, now=now, dry_run=True)
    assert isinstance(answer, Answer), "a question without a transaction is never stale"
    made = (
        _issued(secrets, _own(one, place, secrets, shown, now), one.title) for one in answer.decision.offers
    )
    return [one for one in made if one is not None]


def check(
    secrets: Secrets, tokens: Sequence[str], shown: Iterable[str], store: str, moment: Settled
) -> Checked:
    """What a sale's tokens allowed at its moment. Their sale has happened: what is wrong is flagged."""
    keys = {name: signed.public_key(text) for name, text in public_keys(secrets).items()} if tokens else {}
    promises, flags = [], set[str]()
    cards = list(shown)
    for token in dict.fromkeys(tokens):
        offer = signed.read(token, keys)
        if offer is None:
            flags.add("token_invalid")
            continue
        if not signed.is_live(offer, moment.decides_at):
            flags.add("token_expired")
        if offer.store not in {None, store}:
            flags.add("token_other_store")
        if offer.holder is not None and not any(offer.is_of(card) for card in cards):
            flags.add("token_other_holder")
        code = signed.digest(token) if offer.holder is not None else None
        promises.append(Promise(offer.offer, offer.maximum_minor, code))
    return Checked(tuple(promises), tuple(sorted(flags)))


def _issued(secrets: Secrets, offer: SignedOffer | None, title: str) -> Issued | None:
    if offer is None:
        return None
    key = signing_key(secrets, secrets.current)
    for one in (offer, replace(offer, text="")):
        try:
            return Issued(signed.sign(one, key), one, title)
        except ValueError:
            continue
    return None  # its products do not fit: it has to be asked for


def _common(one: LineOffer, place: Place, secrets: Secrets, now: dt.datetime) -> SignedOffer:
    return SignedOffer(
        offer=one.offer,
        rule=LineRule(one.kind, one.value, one.skus, one.categories),
        currency=place.currency,
        maximum_minor=one.maximum_minor,
        expires_at=_end(one.ends_at, now),
        key_id=str(secrets.current),
        nonce=chance.token_bytes(NONCE_BYTES),
        store=place.store,
        text=one.text,
    )


def _own(one: Offer, place: Place, secrets: Secrets, shown: str, now: dt.datetime) -> SignedOffer | None:
    """An offer about one product as so much off one piece of it; None where there is no product or price."""
    if one.product is None or one.price_before is None or one.price_after is None:
        return None
    off_minor = one.price_before - one.price_after
    if off_minor <= 0:
        return None
    nonce = chance.token_bytes(NONCE_BYTES)
    return SignedOffer(
        offer=one.offer,
        rule=LineRule("unit", off_minor, (one.product,)),
        currency=place.currency,
        maximum_minor=off_minor,
        expires_at=_end(one.expires_at, now),
        key_id=str(secrets.current),
        nonce=nonce,
        holder=holder_hash(nonce, shown),
        text=one.title,
    )


def _end(ends_at: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    latest = now + LASTS_AT_MOST
    end = latest if ends_at is None else min(ends_at, latest)
    return end.replace(microsecond=0)

"""The shops whose webhooks are taken, and whether a webhook is really theirs."""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator

from sqlalchemy import Connection

from gateway.inbox import store_shops
from gateway.inbox.store_shops import Shop
from identity.sealing.vault import Vault

PLACE = "shop secret"


def add(
    connection: Connection,
    vault: Vault,
    connector: str,
    name: str,
    *,
    source: str,
    secret: str,
    now: dt.datetime,
) -> int:
    """Adds a shop, or a further secret while the shop changes its own."""
    return store_shops.add(
        connection, connector, plain(name), source, vault.seal(secret.encode(), PLACE), now=now
    )


def sender(
    connection: Connection, vault: Vault, connector: str, *, name: str, raw: bytes, signature: str
) -> Shop | None:
    """The shop that signed these bytes; None when nobody we know did."""
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return None
    for known in _called(connection, connector, name):
        secret = vault.unseal(known.sealed, PLACE)
        if hmac.compare_digest(hmac.digest(secret, raw, hashlib.sha256), given):
            return known
    return None


def plain(name: str) -> str:
    """A shop's name as it is compared: its host, however the address is written."""
    host = name.strip().lower()
    return host.removeprefix("https://").removeprefix("http://").rstrip("/")


def _called(connection: Connection, connector: str, name: str) -> Iterator[Shop]:
    wanted = plain(name)
    return (known for known in store_shops.of_connector(connection, connector) if known.name == wanted)

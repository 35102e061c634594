"""Signatures by the Standard Webhooks specification (HMAC-SHA256, version v1). Pure."""

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def spell(secret: bytes) -> str:
    """A secret as its receiver configures it."""
    return PREFIX + base64.b64encode(secret).decode()


def headers(secrets: Sequence[bytes], message_id: str, body: bytes, *, at: dt.datetime) -> dict[str, str]:
    """The headers of a message; it is signed with every secret that holds."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    macs = (base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{mac}" for mac in macs),
    }

"""Kiosks and the codes that pair them; part of the door's own tables. No secret and no shopper is stored
here.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import UUID

from gateway.metadata import metadata
from gateway.pages.kiosk.codes import GUESSES

kiosk_pairing = Table(
    "kiosk_pairing",
    metadata,
    Column("selector", Text, primary_key=True),
    Column("sealed_secret", Text, nullable=False),
    Column("store", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("guesses_left", SmallInteger, nullable=False),
    CheckConstraint(f"guesses_left between 0 and {GUESSES}", name="few_guesses"),
    comment="codes that can pair a kiosk; gone when used, and when expired with the next new code",
)

kiosk_device = Table(
    "kiosk_device",
    metadata,
    Column("device_id", UUID(as_uuid=True), primary_key=True),
    Column("cookie_digest", LargeBinary, nullable=False),
    Column("store", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("paired_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    UniqueConstraint("cookie_digest"),
    CheckConstraint("octet_length(cookie_digest) = 32", name="digest_is_sha256"),
    comment="browsers that may show the kiosk page of one store; the cookie itself is never stored",
)

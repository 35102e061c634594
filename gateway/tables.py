"""The door's own tables: API keys and the answers kept for Idempotency-Key. Nothing about shoppers or offers
lives here.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.imports import tables as _imports  # noqa: F401  # joins the metadata
from gateway.inbox import tables as _inbox  # noqa: F401  # joins the metadata
from gateway.metadata import metadata
from gateway.pages.kiosk.tables import kiosk_device, kiosk_pairing
from gateway.poslog import tables as _poslog  # noqa: F401  # joins the metadata
from gateway.webhooks import tables as _webhooks  # noqa: F401  # joins the metadata

api_key = Table(
    "api_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("secret_digest", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("source", Text),
    Column("stores", ARRAY(Text)),
    Column("distinct_per_minute", Integer),
    Column("misses_per_minute", Integer),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("replaces", Text),
    CheckConstraint("octet_length(secret_digest) = 32", name="digest_is_sha256"),
    CheckConstraint("cardinality(scopes) > 0", name="may_do_something"),
    CheckConstraint("stores is null or cardinality(stores) > 0", name="some_store_or_all"),
    comment="who may come in; the secret itself is never stored",
)

key_state = Table(
    "key_state",
    metadata,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    CheckConstraint('"only"', name="one_row"),
    comment="raised whenever a key changes, so that workers notice a revocation with a read they make anyway",
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint_is_sha256"),
    Index(None, "answered_at"),
    comment="first answers of calls with an Idempotency-Key, written with the work itself; kept for a week",
)

__all__ = ["metadata", "functions", "api_key", "key_state", "idempotency", "kiosk_device", "kiosk_pairing"]

functions: tuple[str, ...] = (
    "insert into gateway.key_state default values",
    """
    create function gateway.raise_key_version() returns trigger language plpgsql as $$
    begin
        update gateway.key_state set version = version + 1;
        return null;
    end
    $$
    """,
    """
    create trigger api_key_changed after update or delete or truncate on gateway.api_key
    for each statement execute function gateway.raise_key_version()
    """,
)
"""Applied after the tables, by the migration and by tests alike. The version is raised by the database, so
that a key revoked by hand in psql is refused as quickly as one revoked by the command. New keys need no
raise: nobody remembers a key as unknown.
"""

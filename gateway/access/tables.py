"""Who may come in, and when that changed last."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.metadata import metadata

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

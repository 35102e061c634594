"""How far the import of a file has come, and what of it was refused."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gateway.metadata import metadata

_ZERO = text("0")

poslog_import = Table(
    "poslog_import",
    metadata,
    Column("import_no", BigInteger, Identity(always=True), primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("opening", LargeBinary),
    Column("offset_bytes", BigInteger, nullable=False, server_default=_ZERO),
    Column("line", BigInteger, nullable=False, server_default=_ZERO),
    Column("recorded", BigInteger, nullable=False, server_default=_ZERO),
    Column("repeated", BigInteger, nullable=False, server_default=_ZERO),
    Column("passed_over", BigInteger, nullable=False, server_default=_ZERO),
    Column("refused", BigInteger, nullable=False, server_default=_ZERO),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    UniqueConstraint("digest", "source"),
    CheckConstraint("octet_length(digest) = 32", name="digest_is_sha256"),
    comment="files of tills, known by their content: one that was broken off goes on where it stopped",
    postgresql_with={"fillfactor": "50"},
)

poslog_reject = Table(
    "poslog_reject",
    metadata,
    Column("import_no", BigInteger, ForeignKey(poslog_import.c.import_no), primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("transaction", Text, nullable=False),
    Column("reason", Text, nullable=False),
    comment="transactions of a file that were refused, by the line they begin on",
)

"""How far each import of files has come."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, LargeBinary, Table, Text, text

from gateway.metadata import metadata

import_run = Table(
    "import_run",
    metadata,
    Column("batch", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("position", BigInteger, nullable=False, server_default=text("0")),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("octet_length(content) = 32", name="content_is_sha256"),
    CheckConstraint("position >= 0", name="counts_lines"),
    comment="position moves in the transaction that stores a line's record, so no line counts twice",
)

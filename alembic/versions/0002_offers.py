"""Stores, products, campaigns, decisions and the redemption ledger."""

from alembic import op

from gateway.migrations import execute
from offers import tables

revision = "0002_offers"
down_revision = "0001_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Until the first release the tables are written down in one place only; then this is frozen.
    connection = op.get_bind()
    execute(connection, "CREATE SCHEMA offers")
    tables.metadata.create_all(connection, checkfirst=False)
    for statement in tables.functions:
        execute(connection, statement)


def downgrade() -> None:
    op.execute("DROP SCHEMA offers CASCADE")

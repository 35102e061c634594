"""Records, identifiers, links, persons, consents and history."""

from alembic import op

from gateway.migrations import execute
from identity import tables

revision = "0001_identity"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Until the first release the tables are written down in one place only; then this is frozen.
    connection = op.get_bind()
    execute(connection, "CREATE SCHEMA identity")
    tables.metadata.create_all(connection, checkfirst=False)
    for statement in tables.functions:
        execute(connection, statement)


def downgrade() -> None:
    op.execute("DROP SCHEMA identity CASCADE")

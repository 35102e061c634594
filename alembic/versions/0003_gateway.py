"""API keys, idempotency and kiosks."""

from alembic import op

from gateway import tables
from gateway.migrations import execute
from gateway.pages.kiosk import tables as _kiosk  # noqa: F401  # joins the same metadata

revision = "0003_gateway"
down_revision = "0002_offers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Until the first release the tables are written down in one place only; then this is frozen.
    connection = op.get_bind()
    execute(connection, "CREATE SCHEMA gateway")
    tables.metadata.create_all(connection, checkfirst=False)
    for statement in tables.functions:
        execute(connection, statement)


def downgrade() -> None:
    op.execute("DROP SCHEMA gateway CASCADE")

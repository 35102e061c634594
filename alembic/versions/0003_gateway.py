"""API keys, idempotency and kiosks."""

from pathlib import Path

from alembic import op

from gateway.migrations import execute

revision = "0003_gateway"
down_revision = "0002_offers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP SCHEMA gateway CASCADE")

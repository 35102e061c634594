"""Stores, products, campaigns, decisions and the redemption ledger."""

from pathlib import Path

from alembic import op

from gateway.migrations import execute

revision = "0002_offers"
down_revision = "0001_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP SCHEMA offers CASCADE")

"""Records, identifiers, links, persons, consents and history."""

from pathlib import Path

from alembic import op

from gateway.migrations import execute

revision = "0001_identity"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(op.get_bind(), Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP SCHEMA identity CASCADE")

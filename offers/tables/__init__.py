"""What the schema `offers` holds, one module per subject.

`metadata` holds the tables, `functions` the raw DDL that follows them: SQL functions, partitions, first rows.
The migration executes the same, and a test compares both.
"""

from pathlib import Path

from offers.tables.campaigns import campaign, campaign_change, campaign_version, catalogue, stop
from offers.tables.closings import closing
from offers.tables.codes import clip, code, code_batch, code_claim
from offers.tables.companions import companion
from offers.tables.decisions import decision, pin
from offers.tables.experiments import exposure
from offers.tables.forgetting import forgotten
from offers.tables.interests import interest, wants
from offers.tables.learning import decision_mark, showing
from offers.tables.ledger import (
    capacity,
    claim,
    hold,
    reconciliation,
    redemption,
    redemption_call,
    redemption_item,
)
from offers.tables.metadata import metadata
from offers.tables.overrides import override
from offers.tables.points import point_debt, point_lot, point_use
from offers.tables.preferences import preference
from offers.tables.returns import return_line, sale_return, waiting_return
from offers.tables.segments import segment, segment_change, sweep, trait
from offers.tables.shop import product, stock, store
from offers.tables.tokens import offer_token
from offers.tables.transactions import till_transaction

_SQL = Path(__file__).parent.parent / "sql"

functions: tuple[str, ...] = (
    "INSERT INTO offers.catalogue (version, assortment_version) VALUES (1, 1)",
    "INSERT INTO offers.decision_mark DEFAULT VALUES",
    "CREATE TABLE offers.decision_default PARTITION OF offers.decision DEFAULT",
    *(
        (_SQL / f"{name}.sql").read_text(encoding="utf-8")
        for name in ("take", "book", "put_back", "lapsed", "closing", "room", "opened")
    ),
)

__all__ = [
    "metadata",
    "functions",
    "campaign",
    "campaign_change",
    "campaign_version",
    "capacity",
    "catalogue",
    "claim",
    "clip",
    "code",
    "code_batch",
    "code_claim",
    "closing",
    "companion",
    "decision",
    "decision_mark",
    "exposure",
    "forgotten",
    "hold",
    "interest",
    "offer_token",
    "override",
    "pin",
    "point_debt",
    "point_lot",
    "point_use",
    "preference",
    "product",
    "reconciliation",
    "redemption",
    "redemption_call",
    "redemption_item",
    "return_line",
    "sale_return",
    "showing",
    "stock",
    "stop",
    "segment",
    "segment_change",
    "store",
    "sweep",
    "trait",
    "till_transaction",
    "waiting_return",
    "wants",
]

"""Sales, returns and voids as tills record them: the receipt, whose it was, and the redemption that goes with
it.
"""

from flask_smorest import Blueprint

from gateway.api.fields import Moment, one_of, text
from gateway.api.shapes import (
    MAX_LINES,
    MAX_SHOPPERS,
    AppliedSchema,
    BasketSchema,
    ShopperSchema,
    Strict,
    TenderSchema,
    TransactionKeySchema,
    many,
    nested,
)

blueprint = Blueprint("transactions", __name__, url_prefix="/v1", description="What tills sold.")


class TransactionSchema(Strict):
    """A finished transaction. Repeated, it gives the first answer."""

    transaction = nested(TransactionKeySchema, required=True)
    kind = one_of("sale", "return", "void", required=True)
    occurred_at = Moment(required=True)
    shoppers = many(ShopperSchema, most=MAX_SHOPPERS)
    basket = nested(BasketSchema)
    tenders = many(TenderSchema, most=20)
    redemption = text(longest=128, about="The redemption that this sale pays for; it is committed with it.")
    applied = many(AppliedSchema, most=MAX_LINES)

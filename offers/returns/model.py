"""The words of a return, as a till asks for it; the answer is `redemption.Returned`."""

from dataclasses import dataclass

from offers.model import TransactionKey


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """So much of a line of the sale comes back. `refunded_minor` is what the till paid; None: what is due."""

    line: str
    quantity_milli: int
    refunded_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One transaction's return of goods from one sale. `dry_run`: say what is due and book nothing."""

    transaction: TransactionKey
    sale: TransactionKey
    lines: tuple[ReturnLine, ...]
    dry_run: bool = False

"""`o2o till`: a till to try things with, in the terminal; what it does is what `o2o_client` does."""

import datetime as dt
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from offers import money

if TYPE_CHECKING:
    from o2o_client import Sale, Till

WORDS = {
    "card": ("NUMBER", "the shopper shows her card"),
    "offer": ("TOKEN", "the shopper shows a signed offer of hers"),
    "scan": ("SKU AMOUNT [QUANTITY]", "one more line; the amount for all of it, as in 19.90"),
    "total": ("", "what offers take off"),
    "pay": ("[TENDER]", "sold, with cash or another tender"),
    "drop": ("", "given up: what is held is free again"),
    "undo": ("NUMBER", "cancel a paid sale as a whole"),
    "offers": ("", "fetch signed offers, to sell by without network"),
    "forward": ("", "send what waits"),
    "close": ("", "close the day: tell the gateway what this till gave"),
    "quit": ("", ""),
}
"""What may be typed: each word with its values and what it does."""
NOTHING = "  no answer, or a refusal: is the gateway there, and does it know this store?"


@click.command("till")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where the gateway is.")
@click.option("--key", envvar="O2O_TILL_KEY", required=True, help="A key with scopes query, redeem, ingest.")
@click.option("--store", required=True, help="The store's code.")
@click.option("--terminal", default="01", show_default=True, help="The till's number.")
@click.option("--currency", default="EUR", show_default=True, help="The store's currency.")
@click.option(
    "--journal",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".o2o-till"),
    show_default=True,
    help="The folder of the till's journal and signed offers.",
)
@click.option(
    "--budget-ms", type=click.IntRange(10, 60_000), default=300, show_default=True, help="Patience."
)
def command(
    url: str, key: str, store: str, terminal: str, currency: str, journal: Path, budget_ms: int
) -> None:
    """Sell at a till in the terminal: scan, total, pay; with the network and without it."""
    from o2o_client import Address, ClientError, Place, Till

    place = Place(store, terminal, currency)
    try:
        with Till.open(journal, Address(url, key), place, budget_s=budget_ms / 1000) as till:
            click.echo(f"Till {terminal} of store {store}. `help` says what it understands.")
            _serve(till)
    except ClientError as error:
        raise click.ClickException(str(error)) from error


def _serve(till: "Till") -> None:
    desk = _Desk(till)
    while True:
        try:
            words = shlex.split(click.prompt("till", prompt_suffix="> ", default="", show_default=False))
        except (click.Abort, EOFError):
            break
        except ValueError as error:
            click.echo(str(error))
            continue
        if words[:1] == ["quit"]:
            break
        if words:
            desk.do(*words)
    desk.drop()


class _Desk:
    """The sale in progress, and a method for each word."""

    def __init__(self, till: "Till") -> None:
        self._till = till
        self._sale: Sale | None = None

    def do(self, word: str, *values: str) -> None:
        """Does what a line says, or says what is wrong with it."""
        known: dict[str, Callable[..., None]] = {
            "card": self.card,
            "offer": self.offer,
            "scan": self.scan,
            "total": self.total,
            "pay": self.pay,
            "drop": self.drop,
            "undo": self.undo,
            "offers": self.offers,
            "forward": self.forward,
            "close": self.close,
        }
        if word not in known:
            click.echo("\n".join(f"  {_usage(each):28}{told}" for each, (_, told) in WORDS.items()))
            return
        least, most = _count_of_values(word)
        if not least <= len(values) <= most:
            click.echo(f"  write {_usage(word)}")
            return
        try:
            known[word](*values)
        except ValueError as error:
            click.echo(f"  {error}; write {_usage(word)}")

    def card(self, number: str) -> None:
        """The shopper shows her card."""
        self._current().card = number

    def offer(self, token: str) -> None:
        """The shopper shows a signed offer."""
        self._current().show(token)

    def scan(self, sku: str, amount: str, quantity: str = "1") -> None:
        """One more line."""
        from o2o_client import Line

        price = money.parse(f"{amount} {self._till.place.currency}")
        sale = self._current()
        sale.add(Line(str(len(sale.lines) + 1), price.amount_minor, sku, quantity))

    def total(self) -> None:
        """What offers take off."""
        sale = self._current()
        for one in sale.total():
            given = f"{one.amount} points" if one.unit == "points" else self._spelled(-one.amount)
            click.echo(f"  line {one.line or '*'}: {given}  {one.text}")
        if sale.is_offline:
            click.echo("  (no answer: only signed offers)")
        click.echo(f"  to pay: {self._spelled(sale.due_minor)}")

    def pay(self, tender: str = "cash") -> None:
        """Sold."""
        from o2o_client import Tender

        sale = self._current()
        if not sale.revision:
            self.total()
        receipt = sale.pay([Tender(tender, max(sale.due_minor, 0))])
        self._sale = None
        state = "sent" if receipt.is_confirmed else "in the journal, to be sent"
        flags = "".join(f", {flag}" for flag in receipt.flags)
        click.echo(f"  receipt {receipt.key.number}: {self._spelled(receipt.due_minor)}, {state}{flags}")

    def drop(self) -> None:
        """Given up."""
        if self._sale is not None:
            self._sale.give_up()
            self._sale = None

    def undo(self, number: str) -> None:
        """Cancel a paid sale."""
        from o2o_client import TransactionKey

        place = self._till.place
        key = TransactionKey(place.store, place.terminal, _today(), number.zfill(6))
        if not self._till.has_sold(key):
            click.echo(f"  this till's journal has no receipt {key.number} of today")
            return
        self._tell(self._till.undo(key))

    def offers(self) -> None:
        """Fetch signed offers."""
        found = self._till.fetch_offers()
        click.echo(NOTHING if found is None else f"  {found} signed offer(s)")

    def forward(self) -> None:
        """Send what waits."""
        self._tell(self._till.forward())

    def close(self) -> None:
        """Close the day."""
        self._tell(self._till.forward())
        report = self._till.close_day(_today())
        if report is None:
            click.echo(NOTHING)
            return
        click.echo("  the ledger agrees" if report["agrees"] else "  the ledger differs:")
        for one in report["differences"]:
            till, ledger = self._spelled(one["till"]), self._spelled(one["ledger"])
            click.echo(f"    {one['number'] or 'whole day'} {one['offer']}: till {till}, ledger {ledger}")

    def _spelled(self, amount_minor: int) -> str:
        currency = self._till.place.currency
        return f"{money.decimal(amount_minor, currency)} {currency}"

    def _current(self) -> "Sale":
        if self._sale is None:
            self._sale = self._till.sale(_today())
        return self._sale

    def _tell(self, done: object) -> None:
        from o2o_client import Forwarded

        assert isinstance(done, Forwarded)
        click.echo(f"  sent {done.sent}, waiting {done.waiting}, set aside {done.aside}")
        for name, flags in done.flagged:
            click.echo(f"    {name}: {', '.join(flags)}")
        for one in self._till.desk.memory.aside.values():
            click.echo(f"    refused ({one['status']}): {one['detail'] or one['code']}")


def _usage(word: str) -> str:
    return f"{word} {WORDS[word][0]}".rstrip()


def _count_of_values(word: str) -> tuple[int, int]:
    """How many values a word takes, at least and at most."""
    named = WORDS[word][0].split()
    return sum(not each.startswith("[") for each in named), len(named)


def _today() -> dt.date:
    """The business day; shops that are open past midnight name theirs themselves."""
    return dt.datetime.now().astimezone().date()

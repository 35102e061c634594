"""POSLog, read: pure, so every kind of transaction and every kind of attack is tried without a database."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.connectors.poslog import stream, transactions
from gateway.connectors.poslog.stream import HostileXmlError, Place, Reader
from gateway.connectors.poslog.transactions import NotATransactionError
from gateway.shopping import receipts
from gateway.wire import decoded
from tests.gateway.connectors import poslogs

VIENNA = ZoneInfo("Europe/Vienna")


def _read(written: str) -> decoded.Transaction | None:
    [found] = stream.documents([poslogs.document(written)])
    body = transactions.body(found.element, zone=VIENNA, currency="EUR")
    if body is None:
        return None
    read = decoded.decoded(decoded.Transaction, body)
    receipts.check(read)
    return read


def test_a_sale_is_read_with_card_tenders_and_reductions() -> None:
    """Amounts are after the till's own reductions; voided lines are left out; times are the store's."""
    sale = _read(poslogs.SALE)
    assert sale is not None
    assert sale.basket is not None
    assert sale.kind == "sale"
    assert sale.occurred_at.isoformat() == "2026-11-20T16:30:00.123456+00:00"
    assert [(line.line, line.sku, line.amount) for line in sale.basket.lines] == [
        ("1", "SW-1", 5499),
        ("3", "MUG-1", 995),
    ]
    assert [(one.kind, one.amount) for one in sale.basket.lines[0].already] == [("promotion", 500)]
    assert [(one.type, one.scheme, one.token, one.amount) for one in sale.tenders] == [
        ("creditdebit", "visa", "PAR1", 5000),
        ("rounding_up", None, None, 2),
    ]
    [buyer] = sale.shoppers
    assert buyer.identifiers is not None
    assert [(one.type, one.value, one.entry) for one in buyer.identifiers] == [
        ("loyalty_card", "2000123", "scanned")
    ]


def test_a_return_names_the_sale() -> None:
    """Amounts are never negative; the line says of what it is the return."""
    back = _read(poslogs.RETURN)
    assert back is not None
    assert back.basket is not None
    [line] = back.basket.lines
    assert (back.kind, line.kind, line.amount) == ("return", "return", 5499)
    assert line.return_of is not None
    assert (line.return_of.transaction.number, line.return_of.line) == ("1", "1")


def test_a_post_void_voids_what_it_names() -> None:
    """Its own number is another."""
    void = _read(poslogs.VOID)
    assert void is not None
    assert (void.kind, void.transaction.number, void.basket) == ("void", "1", None)


MEMBER = (
    '<LineItem EntryMethod="{entry}"{more}><SequenceNumber>7</SequenceNumber><LoyaltyMembership>'
    '<HouseholdID>12</HouseholdID><LoyaltyID Type="Card">2000123</LoyaltyID></LoyaltyMembership></LineItem>'
)


@pytest.mark.parametrize(
    ("member", "shown"),
    [
        (MEMBER.format(entry="acs:Scanned", more=""), ("2000123", "scanned")),
        (MEMBER.format(entry="Keyed", more=""), ("2000123", "typed")),
        (MEMBER.format(entry="Scanned", more=' VoidFlag="true"'), None),
    ],
)
def test_a_card_may_be_a_line_among_the_goods(member: str, shown: tuple[str, str] | None) -> None:
    """Some makers tell of it when it was scanned; a card that was taken back shows nobody."""
    read = _read(poslogs.transaction(f"{poslogs.key(1)}|{poslogs.goods(1, 'SW-1', '59.99')}{member}"))
    assert read is not None
    cards = [(card.value, card.entry) for one in read.shoppers for card in one.identifiers or ()]
    assert cards == ([shown] if shown else [])


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (poslogs.goods(1, "SW-1", "59.99", name="SaleForDelivery"), "sale"),
        (poslogs.goods(1, "SW-1", "59.99", name="SaleForPickup"), "sale"),
        (poslogs.goods(1, "SW-1", "59.99", name="ReturnForDelivery"), "return"),
        (poslogs.goods(1, "BOTTLE", "0.25").replace(">1</Quantity>", ">-1</Quantity>"), "return"),
        (poslogs.goods(1, "BOTTLE", "-0.25"), "return"),
    ],
)
def test_goods_that_are_fetched_brought_or_taken_back(line: str, kind: str) -> None:
    """What is paid now counts now; less than nothing was sold is what came back."""
    read = _read(poslogs.transaction(f"{poslogs.key(1)}|{line}"))
    assert read is not None
    assert read.basket is not None
    [found] = read.basket.lines
    assert (found.kind, found.quantity, found.amount >= 0) == (kind, "1", True)


@pytest.mark.parametrize("flag", ["TrainingModeFlag", "CancelFlag", "SuspendFlag"])
@pytest.mark.parametrize("where", ["attributes", "retail"])
def test_what_never_happened_is_no_sale(flag: str, where: str) -> None:
    """Whether the flag stands on the transaction or on the sale inside it."""
    told = f"{poslogs.key(1)}|{poslogs.goods(1, 'SW-1', '59.99')}"
    assert _read(poslogs.transaction(told, **{where: f'{flag}="true"'})) is None


@pytest.mark.parametrize(
    ("codec", "declared"),
    [
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("iso-8859-1", "ISO-8859-1"),
        ("cp1252", "windows-1252"),
    ],
)
def test_a_document_in_another_encoding(codec: str, declared: str) -> None:
    """Read in pieces, and gone on with from the middle, whatever tills of the nineties write."""
    told = poslogs.document(poslogs.SALE, poslogs.RETURN, poslogs.DRAWER).decode()
    told = told.replace('encoding="utf-8"', f'encoding="{declared}"').replace("SW-1", "SÜ-1")
    whole, reader = told.encode(codec), Reader()
    found = list(stream.documents([whole[at : at + 97] for at in range(0, len(whole), 97)], reader))
    body = transactions.body(found[0].element, zone=VIENNA, currency="EUR")
    assert body is not None
    assert body["basket"]["lines"][0]["sku"] == "SÜ-1"
    again = Reader()
    again.resume(reader.opening, found[1].at)
    rest = list(stream.documents([whole[found[1].at.offset :]], again))
    assert [one.line for one in rest] == [one.line for one in found[1:]] == [4, 5]


@pytest.mark.parametrize("written", [poslogs.TRAINING, poslogs.DRAWER])
def test_what_is_no_sale_is_passed_over(written: str) -> None:
    """Training, drawers, counts."""
    assert _read(written) is None


def test_what_cannot_be_read_says_why() -> None:
    """The line's amount is no amount."""
    with pytest.raises(NotATransactionError, match="many"):
        _read(poslogs.BROKEN)


@pytest.mark.parametrize(
    ("hostile", "why"),
    [
        (b'<!DOCTYPE P [<!ENTITY a "x">]><POSLog><Transaction>&a;</Transaction></POSLog>', "document type"),
        (b'<!DOCTYPE P SYSTEM "file:///etc/passwd"><POSLog/>', "document type"),
        (b"<P>" * 50, "deeper"),
        (b"<POSLog><Transaction>" + b"<a>x</a>" * 600_000, "more than"),
        (b"<POSLog>" + b"<a></a>" * 200_000, "no transaction"),
        (b"<POSLog><Transaction></POSLog>", "mismatched"),
        (b"", "no element"),
        (b"\x00\x01", "not well-formed"),
    ],
)
def test_hostile_documents_are_refused(hostile: bytes, why: str) -> None:
    """Entities, depth, size and what is no XML: before it costs anything."""
    pieces = (hostile[start : start + 65_536] for start in range(0, len(hostile) or 1, 65_536))
    with pytest.raises(HostileXmlError, match=why):
        list(stream.documents(pieces))


@given(st.integers(min_value=1, max_value=400), st.integers(min_value=0, max_value=3))
def test_a_document_may_come_in_any_pieces_and_go_on_anywhere(size: int, start: int) -> None:
    """Cut at any byte the same come out; read on from the place of any of them, the rest come."""
    whole = poslogs.document(poslogs.SALE, poslogs.RETURN, poslogs.VOID, poslogs.DRAWER)
    reader = Reader()
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    found = list(stream.documents(pieces, reader))
    assert [one.line for one in found] == [3, 4, 5, 6]
    again = Reader()
    at = found[start].at
    again.resume(reader.opening, at)
    rest = list(stream.documents([whole[at.offset :]], again))
    assert [(one.at, one.element.findtext("SequenceNumber")) for one in rest] == [
        (one.at, one.element.findtext("SequenceNumber")) for one in found[start:]
    ]
    assert isinstance(at, Place)

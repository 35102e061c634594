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

"""POSLog documents for the tests: as tills of two makers write them, and large ones made to order."""

from collections.abc import Iterator

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<POSLog MajorVersion="6" MinorVersion="0" xmlns="http://www.nrf-arts.org/IXRetail/namespace/"'
    ' xmlns:v="http://vendor.example/extensions">\n'
)
TAIL = "</POSLog>\n"


def key(number: int, *, store: str = "0042") -> str:
    """What every transaction begins with."""
    return (
        f"<BusinessUnit><UnitID>{store}</UnitID></BusinessUnit><WorkstationID>07</WorkstationID>"
        f"<SequenceNumber>{number}</SequenceNumber><BusinessDayDate>2026-11-20</BusinessDayDate>"
        "<EndDateTime>2026-11-20T17:30:00.1234567</EndDateTime>"
    )


def goods(number: int, sku: str, price: str, *, name: str = "Sale", inside: str = "", item: str = "") -> str:
    """A line of goods."""
    return (
        f"<LineItem {item}><SequenceNumber>{number}</SequenceNumber><{name}><ItemID>{sku}</ItemID>"
        f'<RegularSalesUnitPrice Currency="EUR">{price}</RegularSalesUnitPrice>'
        f'<ExtendedAmount Currency="EUR">{price}</ExtendedAmount>'
        f'<Quantity Units="1" UnitOfMeasureCode="EA">1</Quantity>{inside}</{name}></LineItem>'
    )


def transaction(content: str, *, attributes: str = "", retail: str = "") -> str:
    """A transaction on a line of its own."""
    head, _, rest = content.partition("|")
    inside = f"<RetailTransaction {retail}>{rest}</RetailTransaction>"
    return f"<Transaction {attributes}>{head}{inside}</Transaction>\n"


LOYALTY = (
    '<Customer EntryMethod="Scanned"><CustomerID>77</CustomerID><v:ScanData>2000123</v:ScanData></Customer>'
    "<LoyaltyAccount><LoyaltyProgram><LoyaltyAccountID>4</LoyaltyAccountID></LoyaltyProgram></LoyaltyAccount>"
)
PAID = (
    '<LineItem><SequenceNumber>8</SequenceNumber><Tender TenderType="CreditDebit">'
    '<Amount Currency="EUR">50.00</Amount><CreditDebit CardType="visa">'
    "<PaymentAccountReference>PAR1</PaymentAccountReference></CreditDebit></Tender></LineItem>"
    '<LineItem><SequenceNumber>9</SequenceNumber><Tender TenderType="v:Rounding">'
    '<Amount Currency="EUR">0.02</Amount><Rounding Currency="EUR" RoundingDirection="Up">0.02</Rounding>'
    "</Tender></LineItem>"
)
DISCOUNT = (
    '<RetailPriceModifier MethodCode="Promotion"><Amount Currency="EUR" Action="Subtract">5.00</Amount>'
    "</RetailPriceModifier>"
)
LINK = (
    '<TransactionLink ReasonCode="Return"><BusinessUnit><UnitID>0042</UnitID></BusinessUnit>'
    "<WorkstationID>07</WorkstationID><SequenceNumber>1</SequenceNumber>"
    "<BusinessDayDate>2026-11-20</BusinessDayDate><LineItemSequenceNumber>1</LineItemSequenceNumber>"
    "</TransactionLink>"
)

SALE = transaction(
    key(1)
    + "|"
    + goods(1, "SW-1", "59.99", inside=DISCOUNT)
    + goods(2, "MUG-1", "9.95", item='VoidFlag="true"')
    + goods(3, "MUG-1", "9.95")
    + PAID
    + LOYALTY
)
RETURN = transaction(key(2) + "|" + goods(1, "SW-1", "-54.99", name="Return", inside=LINK) + LOYALTY)
VOID = transaction(key(3) + "|" + LINK + goods(1, "SW-1", "59.99"), retail='TransactionStatus="PostVoided"')
TRAINING = transaction(key(4) + "|" + goods(1, "SW-1", "1.00"), attributes='TrainingModeFlag="true"')
BROKEN = transaction(key(5) + "|" + goods(1, "SW-1", "many"))
DRAWER = "<Transaction>" + key(6) + "<ControlTransaction><OpenDrawer/></ControlTransaction></Transaction>\n"


def document(*transactions: str) -> bytes:
    """A whole document."""
    return (HEAD + "".join(transactions) + TAIL).encode()


def day(count: int, *, lines: int = 3) -> Iterator[bytes]:
    """A day of so many sales, piece by piece."""
    yield HEAD.encode()
    for number in range(1, count + 1):
        sold = "".join(goods(n, f"ART-{(number * 7 + n) % 500}", "4.99") for n in range(1, lines + 1))
        card = LOYALTY.replace("2000123", f"2{number % 200:06d}") if number % 2 else ""
        yield transaction(f"{key(number)}|{sold}{PAID.replace('PAR1', f'PAR{number % 300}')}{card}").encode()
    yield TAIL.encode()

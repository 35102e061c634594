"""A till's side of the gateway: asks within 300 ms, sells without an answer, loses nothing.

    till = Till.open(Path("/var/lib/till"), Address("https://offers.example.com", key), Place("0042", "07"))
    with till.sale(day, card="2000123") as sale:
        sale.add(Line("1", amount=1990, sku="SW-1"))
        sale.total()                    # asks the gateway; offline, the signed offers it holds
        sale.pay([Tender("cash", sale.due_minor)])
    till.forward()                      # whatever could not be sent yet

It depends on nothing of the server: the standard library, and `cryptography` for signed offers.
"""

from o2o_client.errors import ClientError, JournalDamagedError, JournalFullError, RefusedError
from o2o_client.forwarding import Forwarded
from o2o_client.sale import Receipt, Sale
from o2o_client.till import Place, Till
from o2o_client.transport import Address
from o2o_client.values import Applied, Line, Tender, TransactionKey

__all__ = [
    "Address",
    "Applied",
    "ClientError",
    "Forwarded",
    "JournalDamagedError",
    "JournalFullError",
    "Line",
    "Place",
    "Receipt",
    "RefusedError",
    "Sale",
    "Tender",
    "Till",
    "TransactionKey",
]

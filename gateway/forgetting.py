"""What is to go with a shopper whom identity erased: all that is kept about her elsewhere."""

import datetime as dt

from sqlalchemy import Connection

from gateway.inbox import store_requests
from identity.rights.erasure import Gone
from offers import erasure


def forget(connection: Connection, gone: Gone, *, now: dt.datetime) -> None:
    """Forgets these records in offers and among what shoppers asked; what money needs stays, nameless."""
    erasure.forget(connection, gone.numbers, now=now)
    store_requests.forget(connection, gone.keys, now=now)

"""Who stands at a till and what must be known of the moment, read in one way to the database and back.

Only for what is asked most: a quote for nobody in particular, or for one buyer who showed one thing. Others
are read one after the other (`shoppers.read`, then offers).
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.quick.gathering import Gathering
from gateway.shopping import shoppers, store_standing
from gateway.shopping.shoppers import Asker, Reading
from gateway.shopping.store_standing import FIRST, PEOPLE
from gateway.wire import decoded
from gateway.wire.glyphs import token_bytes
from offers.context import Context as Offers
from offers.model import Query
from offers.queries import looking
from offers.queries.looking import Ahead, Seen
from offers.queries.store_known_statement import GIVEN


class Stood(NamedTuple):
    """Who they are; what was seen with them, where both were read together; what had to be left out."""

    readings: tuple[Reading, ...]
    seen: Seen | None = None
    degraded: tuple[str, ...] = ()


def read(
    connection: Connection,
    together: Gathering,
    asker: Asker,
    offers: Offers,
    sent: Sequence[decoded.Shopper],
    asked: Query,
) -> Stood | None:
    """Both, or None where they are read one after the other. Raises Problem too_many_requests and
    CurrencyMismatchError.
    """
    if asked.mode != "quote" or (sent and not _is_one_thing(sent)):
        return None
    people, first = (PEOPLE, FIRST) if sent else (GIVEN, 1)
    ahead = looking.ahead(connection, offers, asked, people, now=asker.now, first=first)
    if ahead is None:
        return None
    if not sent:
        return _alone(connection, together, asker, ahead)
    return _with_buyer(connection, together, asker, sent[0], asked, ahead)


def _alone(connection: Connection, together: Gathering, asker: Asker, ahead: Ahead) -> Stood:
    version, told = store_standing.alone(connection, together, ahead.question)
    asker.key_versions.append(version)
    return Stood((), looking.seen(connection, ahead, told, None))


def _with_buyer(
    connection: Connection,
    together: Gathering,
    asker: Asker,
    sent: decoded.Shopper,
    asked: Query,
    ahead: Ahead,
) -> Stood | None:
    shown = shoppers.show(asker, sent)
    if len(shown.probes) != 1:
        return None
    (probe,) = shown.probes
    found = store_standing.read(connection, together, probe.digest, probe.cap, ahead.question, now=asker.now)
    asker.key_versions.append(found.key_version)
    reading = shoppers.recognise(connection, asker, shown, found.hits, channel=asked.channel)
    told = found.told_of(reading.profile_no)
    return Stood((reading,), looking.seen(connection, ahead, told, reading.shopper))


def _is_one_thing(sent: Sequence[decoded.Shopper]) -> bool:
    """Whether one buyer showed one identifier: no staff, nobody picked from a list, no token of an offer."""
    if len(sent) != 1 or sent[0].role != "buyer" or sent[0].choice is not None:
        return False
    scan = sent[0].scan
    return token_bytes(scan) is None if scan is not None else len(sent[0].identifiers or ()) == 1

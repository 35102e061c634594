"""Who is erased while something of hers is being stored is forgotten all the same."""

import datetime as dt

from gateway import forgetting
from gateway.database import Database
from gateway.serving.steps import steps
from gateway.wiring import Services
from identity.events import history
from identity.model import Assurance
from identity.register import records
from identity.rights import erasure
from identity.submission import Claim, Happening, Submission


def test_an_event_that_was_under_way_is_emptied(services: Services, database: Database) -> None:
    """Whoever stores it found her before she was erased, and commits afterwards."""
    ctx, now = services.identity, services.clock()
    card = Claim("loyalty_card", "9780000001", Assurance.VERIFIED)
    sale = Happening("sale", "store", "pos", now, [card], body={"note": "a present for Anna"})
    with database.transaction() as connection:
        anna = records.put(connection, ctx, Submission("loyalty", "9780000001", {}, [card]), now=now)
    with database.transaction() as selling:
        history.append(selling, ctx, [sale], now=now)
        with database.transaction() as erasing:
            gone = erasure.erase(erasing, ctx, anna.record, reason="asked", now=now)
            forgetting.forget(erasing, gone, now=now)
    assert _told(database) == 1
    [again] = [step for step in steps(services) if step.name == "forget_again"]
    with database.transaction() as connection:
        again.run(connection, now + dt.timedelta(minutes=1))
    assert _told(database) == 0


def _told(database: Database) -> int:
    with database.transaction() as connection:
        found = connection.exec_driver_sql("select count(*) from identity.event where sealed is not null")
        return int(found.scalar_one())

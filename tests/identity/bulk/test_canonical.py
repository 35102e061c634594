"""Records that are canonical already come into the workbench as what they are."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from identity.bulk import store_canonical
from identity.bulk.engine import OneByOne
from identity.bulk.link import find_pairs, join
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.store_workbench import Resources, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.model import Assurance, Canonical, Identifier, Record, RecordKey
from identity.partition import cluster
from identity.policy import Policy
from tests.identity.worlds import ToyModel, random_world, tight_policy


def clusters(records: list[Record], by: Policy) -> set[frozenset[str]]:
    """The persons that the workbench finds among the records."""
    equipment = Equipment(Reading(by), ToyModel())
    with workbench(Resources()) as con, Workforce(1, equipment, Silent()) as workforce:
        store_canonical.take(con, records, by)
        find_pairs(con, workforce, Silent())
        join(con, workforce, OneByOne(), Silent())
        rows = con.execute("SELECT root, source || ':' || record_key FROM person JOIN record USING (no)")
        found: dict[int, set[str]] = {}
        for root, name in rows.fetchall():
            found.setdefault(root, set()).add(name)
    return {frozenset(members) for members in found.values()}


def test_they_come_to_the_partition_of_the_records(scale: Callable[[int, int], int]) -> None:
    """With what was asserted and with more identifiers than a record may link by; validity is not asked."""
    by = tight_policy()
    for seed in range(scale(6, 100)):
        world = random_world(random.Random(f"canonical {seed}"), size=20)
        records = [at_any_time(each) for each in world.records if each.bound_to is None and not each.stub]
        expected = cluster.partition(records, (), ToyModel(), by)
        groups = {frozenset(f"{r.source}:{r.key}" for r in group) for group in expected.groups}
        assert clusters(records, by) == groups, seed


def at_any_time(record: Record) -> Record:
    """The record with identifiers that are valid for ever."""
    shown = (replace(each, valid_from=None, valid_to=None) for each in record.identifiers)
    return replace(record, identifiers=tuple(dict.fromkeys(shown)))


def test_all_attributes_arrive_and_nothing_asserted_does() -> None:
    """Dates as dates, the retailer's own attributes in columns of their own, browsing not at all."""
    said = Canonical(given_name="anna", date_of_birth=date(1990, 1, 31), extra=(("x_club", "gold"),))
    card = Identifier("loyalty_card", "9001", Assurance.SCANNED)
    claimed = Identifier("email", "anna@x.example.com", Assurance.ASSERTED)
    records = [
        Record(RecordKey("crm", "1"), "store", said, (card, claimed)),
        Record(RecordKey("web", "2"), "online", said, (claimed,), proof=Assurance.ASSERTED),
        Record(RecordKey("web", "3"), "online", stub=True),
        Record(RecordKey("web", "4"), "online", said, bound_to="anna"),
        Record(RecordKey("crm", "1", 2), "store", Canonical(given_name="bert")),
    ]
    with workbench(Resources()) as con:
        assert store_canonical.take(con, records, tight_policy()) == 3
        rows = con.execute("SELECT record_key, given_name, date_of_birth, x_club FROM record ORDER BY no")
        assert rows.fetchall() == [
            ("1", "anna", date(1990, 1, 31), "gold"),
            ("1\N{NO-BREAK SPACE}(2)", "bert", None, None),
            ("2", None, None, None),
        ]
        assert con.execute("SELECT no, type, value FROM shown").fetchall() == [(1, "loyalty_card", "9001")]

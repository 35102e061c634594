"""The generated world as files: the truth, and the records in the forms that people and programs read.

Invariant: one pass, one household in memory at a time, whatever the number of people.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from itertools import islice
from random import Random
from typing import IO, Any

import orjson

from gateway.demo import households, rows
from gateway.demo.rows import Row
from gateway.demo.visits import Browser
from gateway.demo.world import Household, World

TRUTH = ("source", "record_key", "person_id", "household_id", "mess")
TEXTS = (
    "given_name",
    "family_name",
    "name_suffix",
    "full_name",
    "date_of_birth",
    "sex",
    "street_number",
    "street",
    "unit",
    "city",
    "region",
    "postcode",
    "country",
)
IDENTIFIERS = ("account_id", "loyalty_card", "payment_reference", "email", "phone", "device")


def all_rows(world: World, homes: Iterable[Household]) -> Iterator[Row]:
    """The records of these households, one after the other."""
    random = Random()
    for home in homes:
        yield from rows.rows(world, home, random)


def of_records(world: World, records: int) -> Iterator[Row]:
    """The first so many records; the last household's may be among them in part."""
    return islice(all_rows(world, households.stream(world)), records)


def of_people(world: World, people: int, told: Callable[[int], None]) -> Iterator[Row]:
    """The records of the first so many people; `told` hears now and then how many were made."""
    made, random = 0, Random()
    for home in households.of_people(world, people):
        yield from rows.rows(world, home, random)
        made += len(home.people)
        if home.number % 1000 == 0:
            told(min(made, people))
    told(people)


def truth(row: Row) -> tuple[str, ...]:
    """The line of the truth about a record."""
    key = row.key if row.generation == 1 else f"{row.key}~{row.generation}"
    return (row.source, key, f"p{row.person}", f"h{row.household}", " ".join(row.mess))


def browser_truth(browser: Browser) -> tuple[str, ...]:
    """The line of the truth about a browser; a shared one has a line for each of its accounts."""
    key = f"anonymous_id:{browser.browser}" + (f"@{browser.account}" if browser.is_shared else "")
    mess = "shared_device" if browser.is_shared else ""
    return ("web", key, f"p{browser.person}", f"h{browser.household}", mess)


def body(row: Row) -> dict[str, Any]:
    """The record as `PUT /v1/records/{source}/{key}` takes it."""
    return {
        "attributes": row.attributes,
        "identifiers": [
            {"type": known.type, "value": known.value, "assurance": known.assurance}
            | ({"valid_to": moment(known.valid_to).isoformat()} if known.valid_to else {})
            for known in row.identifiers
        ],
        "consents": [
            {"purpose": said.purpose, "granted": said.granted, "at": moment(said.day).isoformat()}
            for said in row.consents
        ],
        "observed_at": moment(row.day).isoformat(),
    }


def moment(day: int) -> datetime:
    """Noon of an ordinal day."""
    return datetime.combine(date.fromordinal(day), time(12), UTC)


def write_ndjson(file: IO[bytes], written: Iterable[Row]) -> Iterator[Row]:
    """Writes records as `POST /v1/records/batch` takes them, and passes them on."""
    for row in written:
        file.write(orjson.dumps({"source": row.source, "key": row.key, **body(row)}) + b"\n")
        yield row


def write_csv(file: IO[str], written: Iterable[Row]) -> Iterator[Row]:
    """Writes records as one flat table, and passes them on. The first identifier of each type is taken."""
    table = csv.writer(file)
    table.writerow(("record_key", "source", *TEXTS, *IDENTIFIERS))
    for row in written:
        values = {known.type: known.value for known in reversed(row.identifiers)}
        texts = [row.attributes.get(name, "") for name in TEXTS]
        table.writerow((truth(row)[1], row.source, *texts, *(values.get(name, "") for name in IDENTIFIERS)))
        yield row


def write_truth(file: IO[str], written: Iterable[Row]) -> int:
    """Writes the truth about records and returns their number."""
    table, count = csv.writer(file), 0
    table.writerow(TRUTH)
    for row in written:
        table.writerow(truth(row))
        count += 1
    return count

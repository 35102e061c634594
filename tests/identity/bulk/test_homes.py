"""A file tells by itself whether its people live together."""

import duckdb
import pytest

from identity.bulk import store_homes

ANNA = ("anna", "huber", "hauptstrasse", "1010", "wien", "1980-05-05")
KLARA = ("klara", "huber", "hauptstrasse", "1010", "wien", "1980-05-05")
GEORG = ("georg", "huber", "hauptstrasse", "1010", "wien", "2011-01-31")
WRONG_YEAR = ("klara", "huber", "hauptstrasse", "1010", "wien", "1970-05-05")
ANA = ("ana", "huber", "hauptstrasse", "1010", "wien", "1981-05-05")
BORN_ELSEWHEN = ("klara", "huber", "feldweg", "8010", "graz", "1953-02-01")
SENIOR = ("anna", "huber", "hauptstrasse", "1010", "wien", "1950-12-24")
FRITZ = ("fritz", "huber", "hauptstrasse", "1010", "wien", "2008-07-16")
NO_STREET = ("klara", "huber", None, "1010", None, "1980-05-05")
YEAR_ALONE = ("anna", "huber", None, "1010", None, "1980-01-01")
AGELESS = ("klara", "huber", "hauptstrasse", "1010", "wien", None)


def world(people: list[tuple[str | None, ...]]) -> duckdb.DuckDBPyConnection:
    """A workbench that holds these people, of whom any two may be compared."""
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE record (no BIGINT, given_name VARCHAR, family_name VARCHAR, street VARCHAR,"
        " postcode VARCHAR, city VARCHAR, date_of_birth DATE)"
    )
    con.executemany(
        "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", [(no, *one) for no, one in enumerate(people)]
    ) if people else None
    con.execute("CREATE TABLE live (no BIGINT, type VARCHAR, value VARCHAR)")
    con.execute("CREATE TABLE pair AS SELECT a.no AS l, b.no AS r FROM record a JOIN record b ON a.no < b.no")
    return con


@pytest.mark.parametrize(
    ("people", "single"),
    [
        ([ANNA, ANNA, KLARA, KLARA], True),
        ([ANNA, ANNA, WRONG_YEAR, WRONG_YEAR], True),
        ([YEAR_ALONE, YEAR_ALONE, NO_STREET, NO_STREET], True),
        ([ANNA, KLARA], False),
        ([ANNA, KLARA, GEORG], False),
        ([ANNA, SENIOR, GEORG, FRITZ], False),
        ([ANNA, GEORG], False),
        ([ANNA, ANA], False),
        ([ANNA, BORN_ELSEWHEN], False),
        ([ANNA, AGELESS], False),
        ([], False),
    ],
    ids=[
        "mistakes",
        "mistakes in the year as well",
        "mistakes where days and streets are unknown",
        "too few",
        "family with twins",
        "mother and daughter of one name",
        "family",
        "typing error",
        "two homes",
        "no births",
        "nobody",
    ],
)
def test_births_tell_families_from_mistakes(people: list[tuple[str | None, ...]], single: bool) -> None:
    """Other names at one home mean nobody lives together only when their births are the same."""
    con = world(people)
    assert store_homes.are_single(con) is single


SPOILT = ("qlz", "ubr", None, None, None, "1980-05-05")
DAUGHTER = ("klara", "huber", None, None, None, "2011-01-31")


@pytest.mark.parametrize(("other", "single"), [(SPOILT, True), (DAUGHTER, False)])
def test_a_telephone_is_a_home_too(other: tuple[str | None, ...], single: bool) -> None:
    """Where all names are spoilt no home and family name is left; who answers one telephone tells as well."""
    people = [("anna", "huber", None, None, None, "1980-05-05"), other] * 3
    con = world(people)
    con.execute("INSERT INTO live SELECT no, 'phone', '+43660123456' FROM record")
    assert store_homes.are_single(con) is single

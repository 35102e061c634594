"""A file tells by itself whether its people live together."""

from collections.abc import Sequence

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
ELSE = ("else", "huber", "hauptstrasse", "1010", "wien", "1953-02-01")
NO_STREET = ("klara", "huber", None, "1010", None, "1980-05-05")
YEAR_ALONE = ("anna", "huber", None, "1010", None, "1980-01-01")
AGELESS = ("klara", "huber", "hauptstrasse", "1010", "wien", None)


def world(people: Sequence[tuple[str | None, ...]]) -> duckdb.DuckDBPyConnection:
    """A workbench that holds these people, of whom any two may be compared."""
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE record (no BIGINT, given_name VARCHAR, family_name VARCHAR, street VARCHAR,"
        " postcode VARCHAR, city VARCHAR, date_of_birth DATE, street_number VARCHAR)"
    )
    con.executemany(
        "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", [(no, *one) for no, one in enumerate(people)]
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
    assert store_homes.living(con).one_to_a_home is single


@pytest.mark.parametrize(
    ("people", "one_to_a_birth"),
    [
        ([ANNA, ANNA, KLARA, KLARA], True),
        ([ANNA, ANNA, ANNA, KLARA, KLARA, ELSE], True),
        ([ANNA, ANNA, KLARA, ELSE], False),
        ([ANNA, KLARA, ELSE, FRITZ], False),
    ],
    ids=["mistakes", "more mistakes than people of one home", "fewer", "family with twins"],
)
def test_where_mistakes_are_more_than_families_a_birth_tells_better_than_a_name(
    people: list[tuple[str | None, ...]], one_to_a_birth: bool
) -> None:
    """Although some live together, who shares home and birth is one person more often than a twin."""
    assert store_homes.living(world(people)).one_to_a_birth is one_to_a_birth


@pytest.mark.parametrize(
    ("number", "single"), [("7", True), ("1", False), (None, False)], ids=["neighbours", "family", "unsaid"]
)
def test_namesakes_of_one_street_do_not_live_together(number: str | None, single: bool) -> None:
    """A number tells, and leaves it open where it is not said."""
    con = world([ANNA, ANNA, KLARA, KLARA, FRITZ, FRITZ])
    con.execute("UPDATE record SET street_number = '1' WHERE given_name <> 'fritz'")
    con.execute("UPDATE record SET street_number = ? WHERE given_name = 'fritz'", [number])
    assert store_homes.living(con).one_to_a_home is single


SPOILT = ("qlz", "ubr", None, None, None, "1980-05-05")
DAUGHTER = ("klara", "huber", None, None, None, "2011-01-31")


@pytest.mark.parametrize(("other", "single"), [(SPOILT, True), (DAUGHTER, False)])
def test_a_telephone_is_a_home_too(other: tuple[str | None, ...], single: bool) -> None:
    """Where all names are spoilt no home and family name is left; who answers one telephone tells as well."""
    people = [("anna", "huber", None, None, None, "1980-05-05"), other] * 3
    con = world(people)
    con.execute("INSERT INTO live SELECT no, 'phone', '+43660123456' FROM record")
    assert store_homes.living(con).one_to_a_home is single


LICENCE, HOUSEHOLD, YEAR = "x_licence", "x_household", "x_year"
KIM = ("kim", "jang", None, None, None, "1971-05-05")
SPOILT_KIM = ("okj", "jpiwn", None, None, None, "1971-05-05")
COUSIN = ("oskar", "jpiwn", None, None, None, "1971-11-23")
CHILD = ("oskar", "jang", None, None, None, "2001-11-23")


@pytest.mark.parametrize(
    ("attribute", "people", "single"),
    [
        (LICENCE, [KIM, KIM, SPOILT_KIM, SPOILT_KIM], True),
        (HOUSEHOLD, [KIM, KIM, CHILD, CHILD], False),
        (YEAR, [KIM, KIM, COUSIN, COUSIN], False),
        (LICENCE, [KIM, SPOILT_KIM] * 5, False),
    ],
    ids=["mistakes", "a family's number", "one year, other days", "too many share it"],
)
def test_what_hardly_anybody_shares_tells_where_no_homes_do(
    attribute: str, people: list[tuple[str | None, ...]], single: bool
) -> None:
    """A file without streets, telephones and mailboxes tells by a value of the retailer's own, to the day."""
    con = world(people)
    con.execute(f"ALTER TABLE record ADD COLUMN {attribute} VARCHAR DEFAULT '4711'")
    assert store_homes.living(con).one_to_a_home is single


def test_what_told_that_nobody_lives_together_is_named() -> None:
    """Whoever shares a value of it is left to the weights like whoever shares a home."""
    con = world([KIM, KIM, SPOILT_KIM, SPOILT_KIM])
    con.execute(f"ALTER TABLE record ADD COLUMN {LICENCE} VARCHAR DEFAULT '4711'")
    con.execute("ALTER TABLE record ADD COLUMN x_colour BIGINT")
    con.execute("UPDATE record SET x_colour = no")
    assert store_homes.living(con).registers == {LICENCE}


@pytest.mark.parametrize(("spoilt", "single"), [(5, True), (3, False)], ids=["often", "seldom"])
def test_names_must_often_be_spoilt_where_no_homes_tell(spoilt: int, single: bool) -> None:
    """The members of a family have numbers of their own, so few mistakes do not say that there are none."""
    con = world([KIM, SPOILT_KIM] * spoilt + [KIM, KIM] * 15)
    con.execute("ALTER TABLE record ADD COLUMN x_licence BIGINT")
    con.execute("UPDATE record SET x_licence = no // 2")
    assert store_homes.living(con).one_to_a_home is single


def test_homes_are_believed_before_what_is_the_retailers_own() -> None:
    """The members of a family tell more than those whose names a clerk spoilt."""
    con = world([ANNA, GEORG, FRITZ, KIM, KIM, SPOILT_KIM, SPOILT_KIM])
    con.execute("ALTER TABLE record ADD COLUMN x_licence VARCHAR")
    con.execute("UPDATE record SET x_licence = '4711' WHERE no >= 3")
    assert not store_homes.living(con).one_to_a_home

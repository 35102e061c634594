"""Whether the given names of those who share a home or a telephone are slips."""

import duckdb
import pytest

from identity.bulk import store_names, store_slips

COUPLES = [("klara", "georg"), ("josef", "maria"), ("anna", "walter"), ("ilse", "peter")] * 4
"""Two people behind each telephone."""
SLIPS = [("klara", "lkxra"), ("josef", "j0q"), ("anna", "vvna"), ("georg", "qeoz")] * 4
"""One person behind each, whose name is spoilt the second time."""
FOREIGN = [(f"ng{'oiuea'[place % 5]}{place}", f"thi{place}") for place in range(16)]
"""Couples whose names are not listed, and whom nobody else is called like."""


def files(behind: list[tuple[str, str]]) -> duckdb.DuckDBPyConnection:
    """A workbench with two records behind each telephone."""
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE record (no BIGINT, given_name VARCHAR, middle_name VARCHAR, family_name VARCHAR,"
        " full_name VARCHAR, organisation_name VARCHAR, record_type VARCHAR, street VARCHAR,"
        " street_number VARCHAR, postcode VARCHAR, city VARCHAR)"
    )
    con.execute("CREATE TABLE live (no BIGINT, type VARCHAR, value VARCHAR)")
    con.execute("CREATE TABLE pair (l BIGINT, r BIGINT)")
    for place, (one, other) in enumerate(behind):
        for no, given in ((2 * place, one), (2 * place + 1, other)):
            con.execute(
                "INSERT INTO record (no, given_name, family_name) VALUES (?, ?, ?)", [no, given, f"huber{no}"]
            )
            con.execute("INSERT INTO live VALUES (?, 'phone', ?)", [no, f"+43660{place}"])
        con.execute("INSERT INTO pair VALUES (?, ?)", [2 * place, 2 * place + 1])
    store_names.gather(con)
    return con


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        (COUPLES, False),
        (SLIPS, False),
        ([(f"{one}{place}", f"{other}{place}") for place, (one, other) in enumerate(SLIPS)], False),
        ([*COUPLES, *((one, f"{other}{place}") for place, (one, other) in enumerate(SLIPS * 4))], True),
        (FOREIGN, False),
        ([*COUPLES, *FOREIGN], False),
        (COUPLES[:4], False),
        ([], False),
    ],
    ids=[
        "couples",
        "one slip made by many is a name",
        "nobody has a name",
        "slips among couples",
        "names from elsewhere",
        "some names from elsewhere",
        "few",
        "nobody",
    ],
)
def test_names_of_which_one_is_nobodys_are_slips(behind: list[tuple[str, str]], expected: bool) -> None:
    """Where they are more than chance makes of the names that people have."""
    assert store_slips.name_nobody(files(behind)) is expected

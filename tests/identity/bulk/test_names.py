"""Files tell by themselves what is a given name."""

import duckdb

from identity.bulk import store_names


def test_who_is_written_so_by_two_records_has_a_name() -> None:
    """A slip is made once; a given name without a family name, or nothing, is no evidence."""
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE record AS FROM (VALUES (1, 'velia', 'cho'), (2, 'velia', 'cho'), (3, 'melba', 'beard'),"
        " (4, 'mebla', 'beard'), (5, 'melba', 'stanley'), (6, 'ff', NULL), (7, 'ff', NULL), (8, NULL, 'cho'),"
        " (9, NULL, 'beard')) t(no, given_name, family_name)"
    )
    for column in ("middle_name", "full_name", "organisation_name", "record_type"):
        con.execute(f"ALTER TABLE record ADD COLUMN {column} VARCHAR")
    store_names.gather(con)
    assert store_names.borne(con) == {"velia", "melba"}

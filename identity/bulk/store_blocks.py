"""Blocking keys for all records at once: `identity.scoring.blocking`, said in columns.

Table `blocked` (digest, no). What a key is made of (sounds, letters of a mailbox) is had from the same
functions, for each distinct value once; here it is only put together. A test compares the two, key by key.
"""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

import pyarrow as pa

from identity.bulk.store_workbench import DuckDBPyConnection, fetched, keep
from identity.bulk.workforce import Equipment, Workforce
from identity.canonical import sounds
from identity.policy import BLOCK
from identity.scoring import blocking

_NAMES: Final = {
    "given": "split_part(coalesce(given_name, ''), ' ', 1)",
    "family": "coalesce(family_name, full_name, '')",
    "street": "replace(street, ' ', '')",
    "organisation": "organisation_name",
    "city": "city",
}
"""What is heard, and where it stands."""

# Not by least() and greatest(), which pass over what is missing.
_BOTH: Final = "CASE WHEN heard < surname THEN heard || ',' || surname ELSE surname || ',' || heard END"
_DAYS: Final = "least(day(born), month(born)) || '-' || greatest(day(born), month(born))"
_WHOLE: Final = f"year(born) || '-' || {_DAYS}"

RULES: Final = (
    f"'n|' || ({_BOTH})",
    f"'nc|' || ({_BOTH}) || '|' || city",
    "'nic|' || surname || '|' || initial || '|' || city",
    "'nip|' || surname || '|' || initial || '|' || postcode",
    f"'b|' || {_WHOLE}",
    f"'bf|' || surname || '|' || {_WHOLE}",
    "'by|' || surname || '|' || year(born)",
    f"'bd|' || surname || '|' || {_DAYS}",
    "'byi|' || surname || '|' || coalesce(initial, '') || '|' || year(born)",
    f"'bg|' || heard || '|' || {_WHOLE}",
    "'bgm|' || heard || '|' || year(born) || '-' || month(born)",
    f"'bgd|' || heard || '|' || {_DAYS}",
    "'bp|' || postcode || '|' || year(born)",
    f"'bpd|' || postcode || '|' || {_DAYS}",
    "'pf|' || postcode || '|' || surname",
    "'pg|' || postcode || '|' || heard",
    "'pn|' || postcode || '|' || street_number",
    "'sg|' || road || '|' || heard",
    "'sf|' || road || '|' || surname",
    "'sn|' || road || '|' || street_number",
    "'fp|' || surname || '|' || place",
    "'gp|' || heard || '|' || place",
    "'o|' || company",
    "'ow|' || list_aggregate(list_sort(string_split(organisation_name, ' ')), 'string_agg', ' ')",
    "'of|' || split_part(organisation_name, ' ', 1) || '|' || surname",
)
"""Each key as an expression that is null unless all its parts are there."""
_OF_OWN: Final = (
    "'{0}|p|' || postcode || '|' || {0}",
    "'{0}|r|' || region || '|' || {0}",
    "'{0}|y|' || year(born) || '|' || {0}",
    f"'{{0}}|d|' || {_DAYS} || '|' || {{0}}",
    "'{0}|f|' || surname || '|' || {0}",
    "'{0}|g|' || heard || '|' || {0}",
)
"""The keys of one of the retailer's own attributes, whose column takes the place of `{0}`."""


def find(con: DuckDBPyConnection, workforce: Workforce, own: Collection[str]) -> None:
    """Makes `blocked` of `record` and `shown`. `own` are those of the retailer's own attributes by which
    records are found.
    """
    con.execute("CREATE TABLE blocked (digest UBIGINT, no BIGINT)")
    joins = " ".join(
        f"LEFT JOIN {_heard(con, name, column, workforce)} ON heard_{name}.said = {column}"
        for name, column in _NAMES.items()
    )
    con.execute(
        "CREATE TABLE block_base AS SELECT no, nullif(heard_given.code, '') AS heard,"
        " nullif(heard_family.code, '') AS surname, nullif(left(given_name, 1), '') AS initial,"
        " heard_street.code AS road, heard_organisation.code AS company,"
        f" nullif(left(heard_city.code, {blocking.PLACE_LENGTH}), '') AS place, date_of_birth AS born, city,"
        " postcode, region,"
        f" street_number, organisation_name{''.join(f', {name}' for name in own)} FROM record {joins}"
    )
    for rule in (*RULES, *(rule.format(name) for name in own for rule in _OF_OWN)):
        con.execute(
            f"INSERT INTO blocked SELECT hash('{BLOCK}', {rule}), no FROM block_base WHERE ({rule}) IS NOT"
            " NULL"
        )
    for kind, keys in (("email", blocking.of_email), ("phone", blocking.of_phone)):
        _find_contacts(con, kind, keys, workforce)
    for name in ("block_base", *(f"heard_{name}" for name in _NAMES)):
        con.execute(f"DROP TABLE {name}")


def _heard(con: DuckDBPyConnection, name: str, column: str, workforce: Workforce) -> str:
    """Makes the table of how distinct values sound, and returns its name."""
    values = fetched(con, f"SELECT DISTINCT {column} AS said FROM record WHERE {column} <> ''")
    keep(con, f"heard_{name}", workforce.spread_table(_sounds, values))
    return f"heard_{name}"


def _sounds(said: pa.Table, equipment: Equipment) -> pa.Table:
    del equipment  # names sound alike under every model and policy
    codes = list(map(sounds.code, said["said"].to_pylist()))
    return said.append_column("code", pa.array(codes, pa.string()))


def _find_contacts(
    con: DuckDBPyConnection, kind: str, keys: Callable[[str], Iterator[str]], workforce: Workforce
) -> None:
    con.execute(
        "CREATE TABLE contact AS FROM shown WHERE type = ? UNION FROM beyond WHERE type = ?", [kind, kind]
    )
    values = fetched(con, "SELECT DISTINCT value FROM contact")
    keep(con, "contact_key", workforce.spread_table(partial(_keys, of=keys), values))
    con.execute(
        f"INSERT INTO blocked SELECT DISTINCT hash('{BLOCK}', key), no FROM contact JOIN contact_key USING"
        " (value)"
    )
    for name in ("contact", "contact_key"):
        con.execute(f"DROP TABLE {name}")


def _keys(contacts: pa.Table, equipment: Equipment, *, of: Callable[[str], Iterator[str]]) -> pa.Table:
    del equipment  # as above
    found = [(value, key) for value in contacts["value"].to_pylist() for key in of(value)]
    return pa.table(
        {
            "value": pa.array([value for value, _ in found], pa.string()),
            "key": pa.array([key for _, key in found], pa.string()),
        }
    )

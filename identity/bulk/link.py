"""Joining files: read, normalise, find keys, weigh, link, settle."""

from dataclasses import dataclass, replace

from identity.bulk import (
    store_columns,
    store_files,
    store_homes,
    store_keys,
    store_links,
    store_names,
    store_persons,
    store_slips,
    store_training,
)
from identity.bulk.engine import Engine
from identity.bulk.files import SourceFile
from identity.bulk.mapping import Mapping
from identity.bulk.progress import Progress
from identity.bulk.reading import Reading
from identity.bulk.store_workbench import DuckDBPyConnection, count
from identity.bulk.workforce import Workforce
from identity.scoring.model import ScoredModel


@dataclass(frozen=True, slots=True)
class Intake:
    """What is to be joined: files, what their columns hold, and which column names a record."""

    files: tuple[SourceFile, ...]
    mapping: Mapping
    key: str
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Linked:
    """What a run came to, in numbers."""

    records: int
    pairs: int
    links: int
    persons: int
    rejects: int


def bring_in(con: DuckDBPyConnection, intake: Intake, workforce: Workforce, progress: Progress) -> int:
    """Brings the files into the workbench in canonical form and returns the number of records."""
    progress.phase("read")
    records = store_files.read(con, intake.files, intake.mapping, key=intake.key, encoding=intake.encoding)
    progress.phase("normalise")
    store_columns.normalise(con, intake.mapping, workforce)
    return records


def find_pairs(
    con: DuckDBPyConnection, workforce: Workforce, progress: Progress, *, is_to_fit: bool = False
) -> int:
    """Finds the pairs of records that meet by live keys, for a model that is there or yet to be fitted to
    them, and returns their number.
    """
    progress.phase("keys")
    store_keys.find(con, workforce, is_to_fit=is_to_fit)
    progress.phase("pairs")
    store_links.pair_up(con)
    store_names.gather(con)
    return count(con, "pair")


def train(con: DuckDBPyConnection, workforce: Workforce, progress: Progress) -> tuple[Reading, ScoredModel]:
    """What fits the records and pairs at hand: a policy that knows whether people live together, a model."""
    progress.phase("train")
    living = store_homes.living(con)
    are_slips = not living.one_to_a_home and store_slips.name_nobody(con)
    reading = workforce.equipment.reading
    policy = replace(
        reading.policy,
        one_to_a_home=living.one_to_a_home,
        one_to_a_birth=living.one_to_a_birth,
        registers=living.registers,
        slips_name_nobody=are_slips,
        given_names=store_names.borne(con) if living.one_to_a_birth or are_slips else frozenset(),
    )
    return replace(reading, policy=policy), store_training.fitted(
        con, workforce, live_together=not living.one_to_a_home
    )


def join(
    con: DuckDBPyConnection,
    workforce: Workforce,
    engine: Engine,
    progress: Progress,
    *,
    with_reasons: bool = False,
) -> Linked:
    """Finds the persons among the records: tables `person`, `link`, `apart`, `dead`, `left_out`."""
    pairs = count(con, "pair")
    progress.phase("weigh")
    engine.weigh(con, workforce)
    progress.phase("links")
    store_links.link(con, workforce.equipment.model, workforce)
    progress.phase("persons")
    store_persons.find(con, workforce, with_reasons=with_reasons)
    return Linked(
        records=count(con, "record"),
        pairs=pairs,
        links=count(con, "link"),
        persons=count(con, "(SELECT DISTINCT root FROM person)"),
        rejects=count(con, "reject"),
    )

"""Splink asked for the matches of one record at a time, beside the records that our own resolution meets.

Its side is made easy: it gets our normalised values, has trained before, holds all records in memory, and
only compares. Nothing is written, nobody else is asking, and no person comes of it.
"""

import time
from collections.abc import Iterator, Sequence
from statistics import quantiles
from typing import Any, Final

import pyarrow as pa
from splink import DuckDBAPI, Linker
from sqlalchemy import Row as Stored
from sqlalchemy import text as sql

from bench import splink_settings
from bench.splink_settings import JOIN_BITS
from bench.stage import Stage
from gateway.access import secrets_file
from gateway.demo import sent
from gateway.demo.rows import Row
from gateway.wiring import identity_of
from identity.context import Context
from identity.register import intake
from identity.sealing import envelope
from identity.sealing.envelope import Content

CHUNK: Final = 20_000
ATTRIBUTES: Final = (
    "given_name",
    "family_name",
    "date_of_birth",
    "street",
    "street_number",
    "city",
    "postcode",
)
IDENTIFIERS: Final = ("email", "phone", "loyalty_card")
_SCHEMA: Final = pa.schema([(name, pa.string()) for name in ("record_key", *ATTRIBUTES, *IDENTIFIERS)])


def measure(on: Stage, taken: Sequence[Row]) -> dict[str, Any]:
    """How long `predict_between` takes for each of these records, and the settings it has."""
    ctx = identity_of(on.settings, secrets_file.load_or_create(on.settings.secrets_file))
    api = DuckDBAPI()
    store = api.register(pa.Table.from_batches(_stored(on, ctx), _SCHEMA))
    linker = Linker(store, splink_settings.settings(), log_level=40)
    splink_settings.train(linker)
    latencies, cpu_s = [], 0.0
    for number, row in enumerate(taken):
        submission = sent.submission(row)
        read = intake.read(submission, ctx)
        said = _values(f"new-{number}", Content(read.canonical, read.identifiers, proof=submission.proof))
        started, used = time.perf_counter(), time.process_time()
        newcomer = api.register(pa.Table.from_pylist([said], _SCHEMA))
        found = linker.inference.predict_between(store, newcomer, threshold_match_weight=JOIN_BITS)
        found.as_record_list()
        cpu_s += time.process_time() - used
        latencies.append(time.perf_counter() - started)
    cuts = quantiles(latencies, n=100)
    return {
        "records": len(taken),
        "p50_ms": cuts[49] * 1000,
        "p99_ms": cuts[98] * 1000,
        "cpu_ms": cpu_s / len(taken) * 1000,
        "settings": splink_settings.told(),
    }


def _stored(on: Stage, ctx: Context) -> Iterator[pa.RecordBatch]:
    """What the live records say, in parts."""
    found = _sealed(on, after=0)
    while found:
        said = [
            _values(str(each.record_no), envelope.unseal(bytes(each.sealed), each.id, ctx.vault))
            for each in found
        ]
        yield pa.RecordBatch.from_pylist(said, _SCHEMA)
        found = _sealed(on, after=found[-1].record_no)


def _sealed(on: Stage, *, after: int) -> Sequence[Stored[Any]]:
    with on.database.transaction() as connection:
        return connection.execute(
            sql(
                "select record_no, id, sealed from identity.record where record_no > :after"
                " and sealed is not null order by record_no limit :most"
            ),
            {"after": after, "most": CHUNK},
        ).all()


def _values(key: str, said: Content) -> dict[str, str | None]:
    """A record as Splink's row: of several identifiers of a type the first."""
    found: dict[str, str | None] = {"record_key": key}
    for name in ATTRIBUTES:
        value = getattr(said.attributes, name)
        found[name] = None if value is None else str(value)
    for identifier in reversed(said.identifiers):
        if identifier.type in IDENTIFIERS:
            found[identifier.type] = identifier.value
    return found

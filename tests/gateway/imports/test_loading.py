"""Files loaded into the gateway: through the same code as a put, resumable, nothing twice."""

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.database import Database
from gateway.imports import layout, loading
from gateway.imports.loading import Done, InterruptedImportError, Job
from gateway.wiring import Services
from identity import redo
from identity.batches import rolling
from identity.context import Context
from identity.errors import RolledBackBatchError, UnknownRecordError
from identity.register import records
from identity.rights import erasure
from identity.submission import Submission

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
MAPPING = """
key: customer
observed_at: changed
attributes: {given_name: first, family_name: last, x_club: club}
identifiers:
  - {type: email, column: mail, assurance: verified}
consents:
  - {purpose: cross_channel, column: news, at: changed}
"""
TABLE = """customer;first;last;club;mail;news;changed
1;Anna;Huber;gold;anna@example.org;yes;2026-01-01T00:00:00Z
2;Anna;Huber;;anna@example.org;no;2026-01-02T00:00:00Z
3;Bernd;Maier;;nonsense;;
4;too;few
5;Clara;Moser;;clara@example.org;;yesterday
6;Dora;Moser;;;;
"""


LONG = 90
"""Lines of a longer table."""


class KilledError(Exception):
    """The process was killed."""


@pytest.fixture
def ctx(services: Services) -> Context:
    """Policy, weights and secrets of the services."""
    return services.identity


@pytest.fixture
def job(tmp_path: Path, ctx: Context) -> Job:
    """An import of six lines, two of them bad."""
    table, mapping = tmp_path / "crm.csv", tmp_path / "crm.yaml"
    table.write_text(TABLE, encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    return Job([table], layout.load(mapping, ctx.policy), "crm", "b1", "anna", tmp_path / "rejects.csv")


@pytest.fixture
def long_job(job: Job) -> Job:
    """The same with many such lines more: several transactions."""
    _, *lines = TABLE.splitlines()
    more = [f"{turn}{line}" for turn in range(1, LONG // len(lines)) for line in lines]
    with job.paths[0].open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in more)
    return job


def load(database: Database, ctx: Context, job: Job, *, dies_at: int = 0) -> Done:
    """Runs the job; the clock of a run that dies stops it before some lines."""
    calls = iter(range(1, 1_000))

    def clock() -> dt.datetime:
        if next(calls) == dies_at:
            raise KilledError
        return NOW

    with database.engine.connect() as connection:
        return loading.load(connection, ctx, job, clock=clock, told=lambda _count: None)


def rejected(job: Job) -> list[tuple[str, str]]:
    """Line and reason of each reject."""
    with job.rejects.open(encoding="utf-8") as file:
        return [(row["line"], row["reason"]) for row in csv.DictReader(file)]


def test_lines_become_records_and_rejects_say_why(database: Database, ctx: Context, job: Job) -> None:
    """A bad line is refused alone; a bad value alone within its line."""
    done = load(database, ctx, job)
    assert (done.loaded, done.rejected, done.partly) == (4, 2, 1)
    reasons = rejected(job)
    assert [line for line, _ in reasons] == ["3", "4", "5"]
    assert "email" in reasons[0][1]
    assert reasons[1][1] == "It has 3 columns, the table has 7."
    with database.transaction() as connection:
        view = records.get(connection, ctx, "crm", "1")
        assert view.attributes["x_club"] == "gold"
        assert view.profile == records.get(connection, ctx, "crm", "2").profile


def test_identifiers_may_come_in_lists(database: Database, ctx: Context, job: Job) -> None:
    """All values of a list count; of a name, or a key, there is one."""
    path = job.paths[0].with_suffix(".ndjson")
    path.write_text(
        '{"customer": 1, "mail": ["anna@example.org", "huber@example.org"]}\n'
        '{"customer": 2, "first": ["Anna", "Maria"]}\n'
        '{"customer": ["3", "4"]}\n',
        encoding="utf-8",
    )
    done = load(database, ctx, replace(job, paths=[path]))
    assert (done.loaded, done.rejected, done.partly) == (1, 2, 0)
    assert rejected(job) == [
        ("2", "'first' holds several values: only an identifier may have several."),
        ("3", "'customer' holds several values: only an identifier may have several."),
    ]
    with database.transaction() as connection:
        shown = records.get(connection, ctx, "crm", "1").identifiers
    assert [each.value for each in shown] == ["anna@example.org", "huber@example.org"]


REJECTED = [str(turn + line) for turn in range(0, LONG, 6) for line in (3, 4, 5)]


@pytest.mark.parametrize("dies_at", range(2, 6))
def test_a_killed_import_goes_on_where_it_was(
    database: Database, ctx: Context, long_job: Job, dies_at: int
) -> None:
    """Each line is put once and each reject told once, wherever the kill came."""
    with pytest.raises(KilledError):
        load(database, ctx, long_job, dies_at=dies_at)
    first = position(database)
    done = load(database, ctx, long_job)
    assert first + done.loaded + done.rejected == LONG
    assert [line for line, _ in rejected(long_job)] == REJECTED


def test_an_import_that_loses_the_database_among_its_lines_goes_on_where_it_was(
    database: Database, ctx: Context, long_job: Job
) -> None:
    """What was not committed is not there, and what was told of it is told once."""
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "create function lose() returns trigger language plpgsql as $$ begin"
            "  perform pg_terminate_backend(pg_backend_pid()); return new; end $$; "
            "create trigger lose before insert on identity.record for each row"
            " when (new.key = '81') execute function lose()"
        )
    with pytest.raises(sa.exc.DBAPIError):
        load(database, ctx, long_job)
    first = position(database)
    assert 0 < first < LONG
    with database.transaction() as connection:
        connection.exec_driver_sql("drop trigger lose on identity.record")
    done = load(database, ctx, long_job)
    assert first + done.loaded + done.rejected == LONG
    assert [line for line, _ in rejected(long_job)] == REJECTED
    with database.transaction() as connection:
        assert records.get(connection, ctx, "crm", "81").key == "81"


def test_an_erased_customer_is_refused_alone(database: Database, ctx: Context, job: Job) -> None:
    """All other lines of the file are loaded."""
    with database.transaction() as connection:
        records.put(connection, ctx, Submission("crm", "6"), now=NOW)
        profile = records.get(connection, ctx, "crm", "6").profile
        erasure.erase(connection, ctx, profile, reason="asked", now=NOW)
    done = load(database, ctx, job)
    assert (done.loaded, done.rejected) == (3, 3)
    assert [line for line, _ in rejected(job)] == ["3", "4", "5", "6"]


def test_a_finished_import_does_nothing_again(database: Database, ctx: Context, job: Job) -> None:
    """And the file of rejects stays."""
    load(database, ctx, job)
    assert load(database, ctx, job) == Done()
    assert len(rejected(job)) == 3


def test_a_batch_is_not_resumed_with_other_files(database: Database, ctx: Context, job: Job) -> None:
    """Positions in one file mean nothing in another."""
    load(database, ctx, job)
    job.paths[0].write_text(TABLE + "7;Eva;Moser;;;;\n", encoding="utf-8")
    with pytest.raises(InterruptedImportError, match="begun with other files"):
        load(database, ctx, job)


def position(database: Database) -> int:
    """Where the import stands."""
    with database.transaction() as connection:
        return int(connection.execute(sa.text("select position from gateway.import_run")).scalar_one())


def test_a_delivery_is_taken_back_by_its_name(database: Database, ctx: Context, job: Job) -> None:
    """It is listed as it began, the worker takes away what it brought, and nothing more comes so named."""
    load(database, ctx, job)
    with database.transaction() as connection:
        assert [(one.name, one.author, one.records) for one in rolling.listed(connection)] == [
            ("b1", "anna", 4)
        ]
        rolling.roll_back(connection, "b1", author="anna", now=NOW)
        while redo.step(connection, ctx, now=NOW):
            pass
        assert [one.records for one in rolling.listed(connection)] == [0]
        with pytest.raises(UnknownRecordError):
            records.get(connection, ctx, "crm", "1")
    with pytest.raises(RolledBackBatchError, match="choose another name"):
        load(database, ctx, job)


def test_a_delivery_that_is_taken_back_while_it_comes_ends(
    database: Database, ctx: Context, long_job: Job
) -> None:
    """The rest is not loaded, and what had come goes."""

    def take_back(count: int) -> None:
        assert count < LONG
        with database.transaction() as connection:
            rolling.roll_back(connection, "b1", author="anna", now=NOW)

    with database.engine.connect() as connection, pytest.raises(InterruptedImportError, match="taken back"):
        loading.load(connection, ctx, long_job, clock=lambda: NOW, told=take_back)
    with database.transaction() as connection:
        redo.drain(connection, ctx, now=NOW)
        assert [one.records for one in rolling.listed(connection)] == [0]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("- a", "holds no mapping"),
        ("attributes: {given_name: first}", "key is required"),
        ("{key: id, identifiers: [{type: email, column: m, assurance: sure}]}", "identifiers/0/assurance"),
        ("{key: id, attributes: {x_Bad-Name: first}}", "'x_Bad-Name' is not known"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(ctx: Context, tmp_path: Path, written: str, told: str) -> None:
    """In a sentence, before anything is loaded."""
    path = tmp_path / "crm.yaml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(layout.LayoutError, match=rf"crm\.yaml:? .*{told}"):
        layout.load(path, ctx.policy)

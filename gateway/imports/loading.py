"""Loading lines one after the other, each with the checkpoint in one transaction.

Invariant: however often an import is killed and started again, every line of its files is put exactly once,
and the file of rejects holds each reject once.
"""

import csv
import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import Connection

from gateway.database import flush, put_off_flush
from gateway.imports import lines, store_runs
from gateway.imports.layout import Layout
from gateway.imports.lines import Line
from gateway.imports.store_runs import Run
from gateway.wire.problems import Problem
from gateway.wire.records import RecordSchema, submission
from gateway.wire.refusals import problem_of
from identity.answers import PutResult
from identity.batches import rolling
from identity.context import Context
from identity.errors import IdentityError
from identity.register import records

REJECTS = ("position", "file", "line", "key", "reason")
TOLD_EVERY = 100

_BODY = RecordSchema()


class InterruptedImportError(Exception):
    """The import cannot go on as it was asked for."""


@dataclass(slots=True)
class Done:
    """What a run came to. `rejected` counts lines, `partly` records of which some values were not taken."""

    loaded: int = 0
    rejected: int = 0
    partly: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """An import: files, what their columns mean, and where rejects go."""

    paths: Sequence[Path]
    layout: Layout
    source: str
    batch: str
    author: str
    rejects: Path


def load(
    connection: Connection,
    ctx: Context,
    job: Job,
    *,
    clock: Callable[[], dt.datetime],
    told: Callable[[int], None],
) -> Done:
    """Loads what is left of the job. Raises InterruptedImportError, LinesError, UnknownSourceError."""
    ctx.policy.source(job.source)
    run = _begun(connection, job, clock())
    done = Done()
    _keep_rejects(job.rejects, run.position)
    if run.finished_at is not None:
        return done
    left = itertools.islice(lines.of(job.paths, job.layout.key), run.position, None)
    with job.rejects.open("a", newline="", encoding="utf-8") as file:
        rejects = csv.writer(file)
        for position, line in enumerate(left, start=run.position + 1):
            for key, reason in _put(connection, ctx, job, line, position, done, clock()):
                rejects.writerow((position, line.file, line.number, key, reason))
            file.flush()
            if position % TOLD_EVERY == 0:
                told(position)
    with connection.begin():
        store_runs.finish(connection, job.batch, now=clock())
    flush(connection)
    return done


def _begun(connection: Connection, job: Job, now: dt.datetime) -> Run:
    content = lines.digest(job.paths)
    with connection.begin():
        run = store_runs.begin(connection, job.batch, job.source, content, now=now)
        rolling.begin(connection, job.batch, author=job.author, now=now)
    if (run.source, run.content) != (job.source, content):
        raise InterruptedImportError(
            f"The batch {job.batch!r} was begun with other files: name another with --batch."
        )
    return run


def _put(
    connection: Connection, ctx: Context, job: Job, line: Line, position: int, done: Done, now: dt.datetime
) -> list[tuple[str, str]]:
    """Puts one line and returns what of it was not taken: the record's key, and the reason."""
    key = line.values.get(job.layout.key, "")
    try:
        result = _taken(connection, ctx, job, line, position, now)
    except (IdentityError, Problem, ValidationError) as error:
        with _step(connection, job, position):
            done.rejected += 1
        return [(key, _reason(error))]
    done.loaded += 1
    done.partly += bool(result.rejected)
    return [(key, f"{gone.field}: {gone.reason}") for gone in result.rejected]


def _taken(
    connection: Connection, ctx: Context, job: Job, line: Line, position: int, now: dt.datetime
) -> PutResult:
    """The record put. Raises what a put raises, and Problem for a line that gives none."""
    if line.problem is not None:
        raise Problem("invalid", line.problem)
    body: dict[str, Any] = _BODY.load(job.layout.body(line.values))
    sent = submission(job.source, line.values.get(job.layout.key, ""), body, batch=job.batch)
    with _step(connection, job, position):
        return records.put(connection, ctx, sent, now=now)


@contextmanager
def _step(connection: Connection, job: Job, position: int) -> Iterator[None]:
    """A transaction that does one line and moves the checkpoint past it."""
    with connection.begin():
        put_off_flush(connection)
        if not store_runs.advance(connection, job.batch, position):
            raise InterruptedImportError(f"Another process is importing the batch {job.batch!r}.")
        yield


def _reason(error: Exception) -> str:
    """Why a line was not taken, in a sentence."""
    problem = problem_of(error)
    return "; ".join(f"{place.pointer} {place.detail}" for place in problem.places) or problem.detail


def _keep_rejects(path: Path, position: int) -> None:
    """Drops the rejects of lines that did not become part of the run, so that none is told twice."""
    kept: list[list[str]] = []
    with suppress(FileNotFoundError), path.open(newline="", encoding="utf-8") as file:
        kept = [row for row in csv.reader(file) if row and row[0].isdigit() and int(row[0]) <= position]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([REJECTS, *kept])

"""Loading lines in order, so many at a time with the checkpoint in one transaction.

Invariant: however often an import is killed and started again, every line of its files is put exactly once,
and the file of rejects holds each reject once: it is written before the transaction ends, and what one that
did not end left there is dropped by who goes on.
"""

import csv
import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, NamedTuple

from marshmallow import ValidationError
from sqlalchemy import Connection

from gateway import together
from gateway.database import flush, put_off_flush
from gateway.imports import lines, store_runs
from gateway.imports.layout import Layout, LineError
from gateway.imports.lines import Line
from gateway.imports.store_runs import Run
from gateway.wire.problems import Problem
from gateway.wire.records import RecordSchema, submission
from gateway.wire.refusals import problem_of
from identity.answers import PutResult
from identity.batches import rolling
from identity.context import Context
from identity.errors import IdentityError, RolledBackBatchError
from identity.register import records
from identity.submission import Submission

REJECTS = ("position", "file", "line", "key", "reason")

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
    """Loads what is left of the job. Raises InterruptedImportError, LinesError, UnknownSourceError,
    RolledBackBatchError.
    """
    ctx.policy.source(job.source)
    run = _begun(connection, job, clock())
    done = Done()
    _keep_rejects(job.rejects, run.position)
    if run.finished_at is not None:
        return done
    left = itertools.islice(lines.of(job.paths, *job.layout.columns), run.position, None)
    with job.rejects.open("a", newline="", encoding="utf-8") as file:
        read = (_read(job, line, position) for position, line in enumerate(left, start=run.position + 1))
        for some in together.runs(read, _pair):
            _Step(connection, ctx, job, file, done, clock()).take(some)
            told(some[-1].position)
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


@dataclass(frozen=True, slots=True)
class _Read:
    """A line as it was read: what it says, or why it says nothing."""

    position: int
    line: Line
    key: str
    sent: Submission | Exception


def _read(job: Job, line: Line, position: int) -> _Read:
    key = job.layout.key_of(line.values)
    if line.problem is not None:
        return _Read(position, line, key, Problem("invalid", line.problem))
    try:
        body: dict[str, Any] = _BODY.load(job.layout.body(line.values))
        return _Read(position, line, key, submission(job.source, key, body, batch=job.batch))
    except LineError as error:
        return _Read(position, line, key, Problem("invalid", str(error)))
    except (Problem, ValidationError) as error:
        return _Read(position, line, key, error)


def _pair(read: _Read) -> tuple[str, str] | None:
    """Whose record a line is about."""
    return (read.sent.source, read.sent.key) if isinstance(read.sent, Submission) else None


@dataclass(frozen=True, slots=True)
class _Step:
    """Some lines that are loaded at one time."""

    connection: Connection
    ctx: Context
    job: Job
    rejects: IO[str]
    done: Done
    now: dt.datetime

    def take(self, run: Sequence[_Read]) -> None:
        """Loads these lines, each as if it came alone. Raises what stops an import."""
        for result in together.taken(self._loaded, run):
            if isinstance(result, Exception):
                raise result
            self.done.loaded += result.is_loaded
            self.done.rejected += not result.is_loaded
            self.done.partly += result.is_loaded and bool(result.reasons)

    def _loaded(self, some: Sequence[_Read]) -> list["_Result"]:
        """What becomes of these lines in one transaction; a line that is refused alone says nothing."""
        try:
            return self._put(some)
        except IdentityError as error:
            if len(some) > 1:
                raise
            return self._put([replace(some[0], sent=error)])

    def _put(self, some: Sequence[_Read]) -> list["_Result"]:
        first, last = some[0].position, some[-1].position
        with self.connection.begin():
            put_off_flush(self.connection)
            if not store_runs.advance(self.connection, self.job.batch, first - 1, last):
                raise InterruptedImportError(f"Another process is importing the batch {self.job.batch!r}.")
            self._check_stands()
            sent = [each.sent for each in some if isinstance(each.sent, Submission)]
            put = iter(records.put_together(self.connection, self.ctx, sent, now=self.now))
            results = [
                _refused(each.sent) if isinstance(each.sent, Exception) else _taken(next(put))
                for each in some
            ]
            self._tell(some, results)
        return results

    def _check_stands(self) -> None:
        """Who takes a delivery back while it comes does not want the rest. Raises InterruptedImportError."""
        try:
            rolling.begin(self.connection, self.job.batch, author=self.job.author, now=self.now)
        except RolledBackBatchError as error:
            raise InterruptedImportError(str(error)) from error

    def _tell(self, some: Sequence[_Read], results: Sequence["_Result"]) -> None:
        """Writes down what was not taken, and why."""
        rejects = csv.writer(self.rejects)
        for each, result in zip(some, results, strict=True):
            for reason in result.reasons:
                rejects.writerow((each.position, each.line.file, each.line.number, each.key, reason))
        self.rejects.flush()


class _Result(NamedTuple):
    """What became of a line, and what of it was not taken."""

    is_loaded: bool
    reasons: tuple[str, ...]


def _taken(result: PutResult) -> _Result:
    return _Result(True, tuple(f"{gone.field}: {gone.reason}" for gone in result.rejected))


def _refused(error: Exception) -> _Result:
    """With the reason in a sentence."""
    problem = problem_of(error)
    reason = "; ".join(f"{place.pointer} {place.detail}" for place in problem.places) or problem.detail
    return _Result(False, (reason,))


def _keep_rejects(path: Path, position: int) -> None:
    """Drops the rejects of lines that did not become part of the run, so that none is told twice."""
    kept: list[list[str]] = []
    with suppress(FileNotFoundError), path.open(newline="", encoding="utf-8") as file:
        kept = [row for row in csv.reader(file) if row and row[0].isdigit() and int(row[0]) <= position]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([REJECTS, *kept])

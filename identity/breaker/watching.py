"""The circuit breaker: a source that suddenly joins far more than it used to is paused.

While a source is paused, what it sends is stored and answered as ever, but a record gains no new links: it
posts those of its identifiers alone that it posted before. Nothing that was joined is taken apart. When
somebody resumes the source, what it brought meanwhile finds its links, record by record.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from identity.breaker import rules, store_breaker
from identity.breaker.rules import Counts
from identity.breaker.store_breaker import Watched
from identity.context import Context
from identity.partition import store_redo
from identity.register import records

BY_ITSELF = "circuit breaker"


def watch(connection: Connection, ctx: Context, *, now: datetime) -> int:
    """Looks at what sources did since it last looked; returns how many were paused for it."""
    paused = 0
    for source, window in store_breaker.take_windows(connection, least=ctx.policy.breaker.window_records):
        baseline = store_breaker.baseline(connection, source)
        reason = rules.verdict(window, baseline, ctx.policy.breaker)
        if reason is not None:
            paused += store_breaker.pause(connection, source, reason, author=BY_ITSELF, now=now)
        else:
            store_breaker.learn(connection, source, rules.learnt(baseline, window))
    return paused


def sources(connection: Connection, ctx: Context) -> Sequence[Watched]:
    """All sources of the policy: which are paused, why, and how much they used to join."""
    known = {each.source: each for each in store_breaker.watched(connection)}
    nothing = Counts(0.0, 0.0, 0.0)
    return [
        known.get(name) or Watched(name, nothing, None, None, None, 0) for name in sorted(ctx.policy.sources)
    ]


def pause(
    connection: Connection, ctx: Context, source: str, *, reason: str, author: str, now: datetime
) -> None:
    """Pauses a source; one that is paused stays so, for its first reason. Raises UnknownSourceError."""
    ctx.policy.source(source)
    store_breaker.pause(connection, source, reason, author=author, now=now)


def resume(connection: Connection, ctx: Context, source: str, *, now: datetime) -> None:
    """Lets a source join again, also what it brought meanwhile. Raises UnknownSourceError."""
    code = ctx.policy.source(source).code
    if store_breaker.resume(connection, source):
        store_redo.put_off_source(connection, code, now=now)


def step(connection: Connection, ctx: Context, redo_no: int, code: int, *, now: datetime) -> None:
    """Joins the next record that a resumed source brought while it was paused.

    `ctx` is under the active model. The item in the queue goes when there is none left, or the source was
    paused again.
    """
    source = next(each.name for each in ctx.policy.sources.values() if each.code == code)
    found = (
        None if store_breaker.is_paused(connection, source) else store_breaker.next_held(connection, source)
    )
    if found is None:
        store_redo.finish(connection, redo_no)
        return
    number, key = found
    records.post_again(connection, ctx, [(source, key)], {number}, now=now)

"""Reading the log of decisions behind the scenes: each decision is opened once, for all who learn from it."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from offers.context import Context
from offers.decisions import decision_record
from offers.experiments import service as experiments
from offers.learning import store
from offers.learning.store import Mark
from offers.showings import service as showings

READ_AT_ONCE: Final = 500
SETTLED_AFTER: Final = timedelta(seconds=10)
"""Decisions are logged a little after they were made; younger ones are left for the next time."""


def learn(connection: Connection, ctx: Context, *, now: datetime) -> bool:
    """Read the next decisions for what they teach; whether there are probably more."""
    mark = store.take_mark(connection)
    if mark is None:
        return False
    read = store.logged_after(connection, mark, now - SETTLED_AFTER, most=READ_AT_ONCE)
    if not read:
        return False
    found = [decision_record.gist(one.at, one.inputs, one.answer) for one in read]
    gists = [one for one in found if one is not None]
    experiments.note(connection, gists)
    showings.note(connection, gists, ctx.policy)
    store.move_mark(connection, Mark(read[-1].at, read[-1].id))
    return len(read) == READ_AT_ONCE

"""Answering callers whose keys this worker remembers, without asking the database for the key first.

Invariant: whoever answers from what is remembered compares the version of all keys in what it reads anyway. A
refusal is an answer too: a key that was revoked since is told so, not what else is wrong.
"""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Request
from werkzeug import Response

from gateway.access.credentials import Known, bearer
from gateway.api.endpoint import Seen, checked, finish, refused
from gateway.quick.plain import PlainJson
from gateway.wire.problems import Problem
from gateway.wiring import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, as far as is known; `is_remembered`: not read from the database for this request."""

    token: str
    known: Known
    is_remembered: bool
    now: dt.datetime

    def checked(self, held: Services) -> Known:
        """The key as the database has it. Raises Problem bad_key."""
        return checked(held, self.token, now=self.now) if self.is_remembered else self.known


Given = TypeVar("Given", bound=Response | PlainJson)
Work = Callable[[Services, Request, Caller], Given]


def answered(held: Services, asked: Request, work: Work[Given]) -> Given | Response:
    """What `work` answers, or the problem that it raises; counted and logged."""
    started_s = time.perf_counter()
    seen = Seen()
    answer: Given | Response
    try:
        answer = _answer(held, asked, work, seen)
    except Exception as error:  # noqa: BLE001  (the door's last line: whatever it is becomes a problem)
        answer = refused(error)
    finish(asked, answer.status_code, started_s, seen.key_id)
    return answer


def _answer(held: Services, asked: Request, work: Work[Given], seen: Seen) -> Given:
    now = held.clock()
    token = bearer(asked)
    if token is None:
        raise Problem("no_key", "Send an API key as `Authorization: Bearer o2o_...`.")
    known = held.keyring.remembered(token, now=now)
    caller = Caller(
        token=token,
        known=known if known is not None else checked(held, token, now=now),
        is_remembered=known is not None,
        now=now,
    )
    seen.key_id = caller.known.principal.key_id
    try:
        return work(held, asked, caller)
    except Exception:
        caller.checked(held)
        raise

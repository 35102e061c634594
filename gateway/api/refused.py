"""An expected no of a domain as an answer: its transaction is committed, for it may have left a tombstone."""

from typing import Any

from gateway.api.endpoint import Answer
from gateway.wire import problems
from gateway.wire.problems import Problem
from gateway.wire.refusals import problem_of


def refused_answer(error: Exception, *, stored: Any = None) -> Answer:
    """The problem an expected refusal becomes; `stored` is what is recorded instead."""
    problem = problem_of(error)
    if stored is not None:
        problem = Problem(
            problem.code, problem.detail, places=problem.places, more=problem.more | {"stored": stored}
        )
    headers = {"Retry-After": str(problem.retry_after_s)} if problem.retry_after_s else {}
    return Answer(problem.status, problems.document(problem), mimetype=problems.MIMETYPE, headers=headers)

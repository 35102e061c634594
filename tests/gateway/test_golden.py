"""The golden requests and answers: what the documentation shows is what really happens.

`O2O_GOLDEN=write` writes the files anew from what the gateway answers; read the difference before you commit
it.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.access.security import Scope
from gateway.wire.examples import FOLDER
from tests.gateway import (
    golden_doors,
    golden_marketing,
    golden_retail,
    golden_shopper,
    golden_steward,
    golden_till,
)
from tests.gateway.conftest import Caller, Clock
from tests.gateway.golden_step import Step

STEPS = [
    *golden_retail.STEPS,
    *golden_shopper.STEPS,
    *golden_till.STEPS,
    *golden_marketing.STEPS,
    *golden_steward.STEPS,
    *golden_doors.STEPS,
]

WRITE = os.environ.get("O2O_GOLDEN") == "write"


@dataclass
class World:
    """The callers, the clock, and what earlier answers said."""

    back: Caller
    till: Caller
    shop: Caller
    clock: Clock
    known: dict[str, Any] = field(default_factory=dict)


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[0-9.]*(Z|\+00:00)")
_SIGNED = re.compile(r'(?<=")[A-Za-z0-9_-]{43}(?=")|(?<=")[A-Za-z0-9_-]{100,}\.[A-Za-z0-9_-]{86}(?=")')
_AUTHOR = re.compile(r"key:[a-z0-9]{12}")
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


def _plain(value: Any) -> Any:
    """The value without what differs from run to run."""
    text = json.dumps(value, sort_keys=True)
    hidden = (
        (_UUID, "<uuid>"),
        (_TIME, "<time>"),
        (_AUTHOR, "<author>"),
        (_SIGNED, "<signed>"),
        (_SECRET, "<secret>"),
    )
    for pattern, name in hidden:
        text = pattern.sub(name, text)
    return json.loads(text)


def _filled(value: Any, known: dict[str, Any]) -> Any:
    text = json.dumps(value)
    for name, found in known.items():
        text = text.replace(f"{{{name}}}", str(found))
    return json.loads(text)


def _at(value: Any, path: str) -> Any:
    for step in path.split("/"):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


@pytest.fixture
def world(call: Callable[..., Caller], clock: Clock) -> World:
    """A retailer's systems at the door."""
    return World(
        back=call(
            Scope.ADMIN, Scope.CAMPAIGN, Scope.INGEST, Scope.PROFILE_READ, Scope.PRIVACY, Scope.STEWARD
        ),
        till=call(Scope.QUERY, Scope.REDEEM, Scope.INGEST, source="pos", stores=("0042",)),
        shop=call(Scope.INGEST, source="web"),
        clock=clock,
    )


def _has(value: Any, path: str) -> bool:
    try:
        _at(value, path)
    except (LookupError, TypeError):
        return False
    return True


def _sent(caller: Caller, step: Step, path: str, body: Any) -> Any:
    if step.mimetype is None:
        return caller(step.method, path, body)
    return caller(step.method, path, data=body.encode(), headers={"Content-Type": step.mimetype})


def play(world: World, steps: list[Step]) -> Iterator[tuple[Step, Any, Any]]:
    """Each step with the body that was sent and what was answered."""
    for step in steps:
        world.clock.forward(seconds=1)
        body = _filled(step.body, world.known)
        caller: Caller = getattr(world, step.who)
        path = _filled(step.path, world.known)
        answer = _sent(caller, step, path, body)
        for _ in range(600):
            if step.when is None or _has(answer.json, step.when):
                break
            time.sleep(0.05)
            answer = caller(step.method, path, body)
        assert answer.status_code == step.status, (step.name, answer.text)
        for name, place in step.keep:
            world.known[name] = _at(answer.json, place)
        yield step, body, _read(answer)


def _read(answer: Any) -> Any:
    """What was answered: JSON as it is, other text as text."""
    return answer.json if answer.is_json and answer.data else answer.text or None


def test_what_the_documentation_shows_is_what_happens(world: World) -> None:
    """Every golden request gets its golden answer, in this order, on an empty database."""
    for step, body, answered in play(world, STEPS):
        file = FOLDER / f"{step.name}.json"
        shown = {"title": step.title, "status": step.status, "response": answered}
        if step.body is not None:
            shown = {"title": step.title, "request": body, "status": step.status, "response": answered}
        golden = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if WRITE and _plain(golden) != _plain(shown):
            file.write_text(json.dumps(shown, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            continue
        assert _plain(golden) == _plain(shown), step.name


def test_every_golden_file_is_replayed() -> None:
    """No example is left that nobody checks."""
    assert {file.stem for file in FOLDER.glob("*.json")} == {step.name for step in STEPS}

"""A decision as it is logged: the answer with all it was made from, so that it can be made again.

Invariant: evaluating the inputs against the catalogue of that version gives the answer, byte for byte.
"""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, get_type_hints
from uuid import UUID

import msgspec

from offers import transaction_key
from offers.evaluation.decision import Decision, Draw, Refusal, RefusedCode
from offers.model import Known, Policy, Query, Shopper

UUID_WITH_TIME: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What `evaluate` was given, the catalogue apart."""

    query: Query
    shopper: Shopper | None
    known: Known
    policy: Policy
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One logged decision. `record_no` is the record the shopper showed; `at` is within the id already."""

    id: UUID
    at: datetime
    inputs: Inputs
    answer: Decision
    record_no: int | None = None

    @property
    def transaction(self) -> str | None:
        """The transaction's key as one text."""
        key = self.inputs.query.transaction
        return transaction_key.spell(key) if key is not None else None


def moment(decision_id: UUID, now: datetime) -> datetime:
    """The instant that finds a decision's day: the one in its id, so that an id is enough to read it."""
    if decision_id.version != UUID_WITH_TIME:
        return now
    return datetime.fromtimestamp((decision_id.int >> 80) / 1000, UTC)


def encode(value: Inputs | Decision) -> bytes:
    """The value as compressed JSON: a tenth of the bytes for the database to parse, log and keep."""
    return zlib.compress(msgspec.json.encode(value), level=1)


def decode_inputs(content: bytes) -> Inputs:
    """Inputs from what `encode` made of them."""
    return _INPUTS.decode(zlib.decompress(content))


def decode_answer(content: bytes) -> Decision:
    """An answer from what `encode` made of it."""
    plain: dict[str, Any] = msgspec.json.decode(zlib.decompress(content))
    refused = tuple(map(_refusal, plain.pop("refused")))
    fields = {name: msgspec.convert(plain[name], hint) for name, hint in _HINTS.items()}
    return Decision(**fields, refused=refused)


class _Drawn(msgspec.Struct):
    draws: tuple[Draw, ...] = ()


class _Shown(msgspec.Struct):
    shopper: Shopper | None = None


def decode_draws(answer: bytes) -> tuple[Draw, ...]:
    """The lots alone: most decisions drew none, and reading them all costs ten times as much."""
    return _DRAWN.decode(zlib.decompress(answer)).draws


def decode_shopper(inputs: bytes) -> Shopper | None:
    """The shopper alone."""
    return _SHOWN.decode(zlib.decompress(inputs)).shopper


_INPUTS: Final = msgspec.json.Decoder(Inputs)
_DRAWN: Final = msgspec.json.Decoder(_Drawn)
_SHOWN: Final = msgspec.json.Decoder(_Shown)
_HINTS: Final = {name: hint for name, hint in get_type_hints(Decision).items() if name != "refused"}
for _hint in (*_HINTS.values(), Refusal, RefusedCode):
    msgspec.json.Decoder(_hint)  # learnt here: two threads that learn one at the same time crash the process


def _refusal(plain: dict[str, Any]) -> Refusal | RefusedCode:
    # msgspec cannot tell the two apart by itself; the name that each alone has can.
    if "code" in plain:
        return msgspec.convert(plain, RefusedCode)
    return msgspec.convert(plain, Refusal)

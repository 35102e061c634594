"""A decision as it is logged: the answer with all it was made from, so that it can be made again.

Invariant: evaluating the inputs against the catalogue of that version gives the answer, byte for byte.
"""

import threading
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, get_type_hints
from uuid import UUID

import msgspec
import zstandard
from zstandard import FRAME_HEADER, ZstdCompressor

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


class _Compressors(threading.local):
    """One for each thread: it keeps tables of its own, which take longer to lay out than to use."""

    def __init__(self) -> None:
        self.fast = ZstdCompressor(level=1)


def encode(value: Inputs | Decision) -> bytes:
    """The value as compressed JSON: a tenth of the bytes for the database to parse, log and keep."""
    return _compressors.fast.compress(msgspec.json.encode(value))


def _spelt(content: bytes) -> bytes:
    """The JSON; what was logged before there was Zstandard is in zlib's format."""
    is_new = bytes(content[: len(FRAME_HEADER)]) == FRAME_HEADER
    return zstandard.decompress(content) if is_new else zlib.decompress(content)


def decode_inputs(content: bytes) -> Inputs:
    """Inputs from what `encode` made of them."""
    return _INPUTS.decode(_spelt(content))


def decode_answer(content: bytes) -> Decision:
    """An answer from what `encode` made of it."""
    plain: dict[str, Any] = msgspec.json.decode(_spelt(content))
    refused = tuple(map(_refusal, plain.pop("refused")))
    fields = {name: msgspec.convert(plain[name], hint) for name, hint in _HINTS.items()}
    return Decision(**fields, refused=refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """What is learnt from a decision about a person: the lots it drew, and the skus it showed her on a
    screen.
    """

    at: datetime
    shopper: Shopper
    draws: tuple[Draw, ...]
    shown: tuple[str, ...]


class _Offer(msgspec.Struct):
    product: str | None = None
    personalised: bool = False


class _Answered(msgspec.Struct):
    draws: tuple[Draw, ...] = ()
    offers: tuple[_Offer, ...] = ()


class _Query(msgspec.Struct):
    channel: str


class _Asked(msgspec.Struct):
    query: _Query
    shopper: Shopper | None = None


def gist(at: datetime, inputs: bytes, answer: bytes) -> Gist | None:
    """What a logged decision teaches, None when it is nothing. Most are read by a tenth of what they say."""
    told = _ANSWERED.decode(_spelt(answer))
    shown = tuple(dict.fromkeys(one.product for one in told.offers if one.personalised and one.product))
    if not told.draws and not shown:
        return None
    asked = _ASKED.decode(_spelt(inputs))
    if asked.shopper is None:
        return None
    seen = shown if asked.query.channel != "till" else ()
    return Gist(at=at, shopper=asked.shopper, draws=told.draws, shown=seen)


_compressors: Final = _Compressors()
_INPUTS: Final = msgspec.json.Decoder(Inputs)
_ANSWERED: Final = msgspec.json.Decoder(_Answered)
_ASKED: Final = msgspec.json.Decoder(_Asked)
_HINTS: Final = {name: hint for name, hint in get_type_hints(Decision).items() if name != "refused"}
for _hint in (*_HINTS.values(), Refusal, RefusedCode):
    msgspec.json.Decoder(_hint)  # learnt here: two threads that learn one at the same time crash the process


def _refusal(plain: dict[str, Any]) -> Refusal | RefusedCode:
    # msgspec cannot tell the two apart by itself; the name that each alone has can.
    if "code" in plain:
        return msgspec.convert(plain, RefusedCode)
    return msgspec.convert(plain, Refusal)

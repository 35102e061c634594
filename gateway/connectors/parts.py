"""What a connector makes of a message: parts that are worked on one by one, each in a transaction of its own.

Values only. The same message gives the same parts whenever it comes; parts may come twice and in any order.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from identity.model import Assurance
from identity.submission import Claim, Statement
from offers.retailer.shop import Article

ORDERS_COUNT_LESS: dt.timedelta = dt.timedelta(days=50 * 365)
"""What an order says about its buyer is dated so much earlier than what the shop says about its customer, so
it fills in where nothing else is known and never replaces anything.
"""


@dataclass(frozen=True, slots=True)
class RecordPart:
    """What a source says about a shopper."""

    key: str
    observed_at: dt.datetime
    attributes: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class GonePart:
    """A source does not know a shopper any more."""

    key: str


@dataclass(frozen=True, slots=True)
class EventPart:
    """Something that happened. `known_as` is a second id, for what comes after it. `beside`: it belongs to
    whoever the event with that id belongs to.
    """

    kind: str
    message_id: str
    occurred_at: dt.datetime
    claims: tuple[Claim, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    known_as: str | None = None
    beside: str | None = None
    proof: Assurance = Assurance.AUTHENTICATED


@dataclass(frozen=True, slots=True)
class ProductPart:
    """A product as the shop sells it now."""

    article: Article
    observed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class PrivacyPart:
    """A shopper's (or a whole shop's, when no key is named) rights, exercised through the shop."""

    kind: str
    key: str | None
    reference: str


Part = RecordPart | GonePart | EventPart | ProductPart | PrivacyPart


class NotUnderstoodError(ValueError):
    """The message is not what its topic promises; the text says why."""


def named_by(prefix: str, content: object) -> str:
    """A message id that is the same for the same content and another for any other."""
    return f"{prefix}/{hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]}"

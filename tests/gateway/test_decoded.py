"""The fast decoder and the published schema accept and refuse the same bodies."""

import copy
import functools
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from gateway.api.offers import QuestionSchema
from gateway.api.offline import OfflineQuestionSchema
from gateway.api.redemptions import RedemptionSchema, RedemptionStepSchema
from gateway.api.returns import ReturnSchema
from gateway.api.transactions import TransactionSchema
from gateway.wire import decoded
from gateway.wire.decoded import Shape
from gateway.wire.fields import CODE, MAX_AMOUNT_MINOR, MAX_COUNT

PAIRS: list[tuple[type[Shape], type[Schema]]] = [
    (decoded.Question, QuestionSchema),
    (decoded.Redemption, RedemptionSchema),
    (decoded.RedemptionStep, RedemptionStepSchema),
    (decoded.Transaction, TransactionSchema),
    (decoded.Return, ReturnSchema),
    (decoded.OfflineQuestion, OfflineQuestionSchema),
]

KEY = {"store": "0042", "terminal": "07", "business_day": "2026-11-21", "number": "000183"}
LINE = {
    "line": "3",
    "kind": "sale",
    "sku": "SW-1",
    "gtin": "04006381333931",
    "scan": "]E04006381333931",
    "category": "Clothing",
    "quantity": "0.482",
    "unit": "kg",
    "unit_price": "12.990",
    "amount": 626,
    "tax_rate_bp": 1000,
    "discountable": True,
    "minimum_amount": 0,
    "already": [{"kind": "promotion", "amount": 60}],
    "return_of": {"transaction": KEY, "line": "2"},
}
BASKET = {"currency": "EUR", "tax": "included", "complete": False, "lines": [LINE]}
SHOPPERS = [
    {"role": "buyer", "scan": "2000123"},
    {"identifiers": [{"type": "email", "value": "a@example.org", "entry": "typed"}]},
    {"role": "staff", "choice": "abc"},
]
TENDERS = [{"type": "card", "scheme": "visa", "token": "tok", "amount": 626}]
APPLIED = [{"offer": "a@1", "line": "3", "quantity": "1", "amount": 300}]

FULL: dict[type[Shape], dict[str, Any]] = {
    decoded.Question: {
        "transaction": KEY,
        "revision": 7,
        "mode": "quote",
        "channel": "till",
        "language": "de-AT",
        "sent_at": "2026-11-21T10:15:00+01:00",
        "training": False,
        "shoppers": SHOPPERS,
        "basket": BASKET,
        "codes": [{"code": "WELCOME", "entry": "typed"}],
        "tenders": TENDERS,
        "placement": "receipt",
        "limit": 5,
        "dry_run": False,
    },
    decoded.Redemption: {
        "transaction": KEY,
        "decision": "0192f0c1-0000-7000-8000-000000000000",
        "state": "reserved",
        "revision": 1,
        "occurred_at": "2026-11-21T10:15:00Z",
        "sent_at": "2026-11-21T10:15:01Z",
        "offline": False,
        "shoppers": [{"role": "buyer", "scan": "2000123"}],
        "tokens": ["t"],
        "applied": APPLIED,
    },
    decoded.RedemptionStep: {
        "transaction": KEY,
        "occurred_at": "2026-11-21T10:15:00Z",
        "revision": 1,
        "applied": APPLIED,
        "reason": "changed their mind",
    },
    decoded.Transaction: {
        "transaction": KEY,
        "kind": "sale",
        "occurred_at": "2026-11-21T10:15:00Z",
        "shoppers": SHOPPERS,
        "basket": BASKET,
        "tenders": TENDERS,
        "redemption": "0192f0c1-0000-7000-8000-000000000000",
        "applied": APPLIED,
        "offline": True,
        "sent_at": "2026-11-21T10:16:00+01:00",
        "tokens": ["t"],
    },
    decoded.Return: {
        "transaction": KEY,
        "lines": [{"of_line": "1", "quantity": "1", "refunded": 900}],
        "occurred_at": "2026-11-21T10:15:00Z",
        "dry_run": False,
    },
    decoded.OfflineQuestion: {"store": "0042", "shopper": SHOPPERS[0]},
}

EDGES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    1.0,
    0.5,
    1e300,
    MAX_AMOUNT_MINOR,
    MAX_AMOUNT_MINOR + 1,
    MAX_COUNT,
    MAX_COUNT + 1,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    "",
    " ",
    "0",
    "0.0",
    "1",
    "-1",
    "1.0",
    "0.4820",
    "00001",
    "1e3",
    "1,5",
    "٣",
    "0.482\n",
    "x",
    "X" * 64,
    "X" * 65,
    "X" * 128,
    "X" * 129,
    "X" * 512,
    "X" * 513,
    "ä",
    "a b",
    ".a",
    "a.b:c-d_e",
    "EUR",
    "eur",
    "EURO",
    "12345678",
    "1234567",
    "de",
    "de-AT",
    "d",
    "sale",
    "return",
    "quote",
    "each",
    "scanned",
    "2026-11-21",
    "2026-11-31",
    "2026-11-21T10:15:00Z",
    "2026-11-21T10:15:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-21T25:00:00Z",
    "2026-11-21 10:15:00Z",
    "'; drop table x; --",
    "<script>alert(1)</script>",
    "\u202e",
    [],
    {},
    [None],
    [[]],
    {"a": 1},
    [{}],
    ["x"] * 501,
]

anything = st.one_of(
    st.sampled_from(EDGES).map(copy.deepcopy),  # what is put into a body may be changed there
    st.text(max_size=70),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.from_regex(CODE),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


def _parent(body: Any, place: tuple[Any, ...]) -> Any:
    for step in place[:-1]:
        body = body[step]
    return body


def _accepts(kind: type[Shape], body: Any) -> bool:
    try:
        decoded.decoded(kind, copy.deepcopy(body))
    except msgspec.ValidationError:
        return False
    return True


@functools.cache
def _made(schema: type[Schema]) -> Schema:
    return schema()


def _publishes(schema: type[Schema], body: Any) -> bool:
    try:
        _made(schema).load(copy.deepcopy(body))
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("kind", "schema"), PAIRS, ids=lambda each: each.__name__)
def test_a_full_body_is_accepted_by_both(kind: type[Shape], schema: type[Schema]) -> None:
    """Every member that the contract names is known to both."""
    assert _accepts(kind, FULL[kind])
    assert _publishes(schema, FULL[kind])
    assert set(FULL[kind]) == set(schema().fields) == set(kind.__struct_fields__)


@pytest.mark.parametrize(("kind", "schema"), PAIRS, ids=lambda each: each.__name__)
@given(data=st.data())
def test_both_accept_and_refuse_the_same(
    kind: type[Shape], schema: type[Schema], data: st.DataObject
) -> None:
    """Whatever is changed, added or taken away anywhere in a body, they agree."""
    body = copy.deepcopy(FULL[kind])
    for _ in range(data.draw(st.integers(1, 3))):
        places = _places(body)[1:]
        if not places:
            break
        place = data.draw(st.sampled_from(places))
        parent = _parent(body, place)
        action = data.draw(st.sampled_from(["change", "remove", "add"]))
        if action == "change":
            parent[place[-1]] = data.draw(anything)
        elif action == "remove":
            del parent[place[-1]]
        elif isinstance(parent, dict):
            parent[data.draw(st.sampled_from(["x", "Line", "amount ", *parent]))] = data.draw(anything)
        else:
            parent.append(data.draw(anything))
    assert _accepts(kind, body) == _publishes(schema, body)


@pytest.mark.parametrize(("kind", "schema"), PAIRS, ids=lambda each: each.__name__)
def test_both_agree_on_every_edge_at_every_place(kind: type[Shape], schema: type[Schema]) -> None:
    """Each known trap, put at each place of a full body."""
    draw = random.Random(7)
    for place in _places(FULL[kind])[1:]:
        for edge in draw.sample(EDGES, 8):
            body = copy.deepcopy(FULL[kind])
            _parent(body, place)[place[-1]] = edge
            assert _accepts(kind, body) == _publishes(schema, body), (place, edge)


@pytest.mark.parametrize("member", ["line", "quantity", "unit_price"])
@pytest.mark.parametrize("text", ["", "1\n", "\n1", "1\n1\n1", "1\n1\n1\n1", "1\r", "1\u2028"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_text_passes_for_several(member: str, text: str, count: int) -> None:
    """The decoder looks at the texts of all lines as one, whatever line ends they hold."""
    body = copy.deepcopy(FULL[decoded.Question])
    body["basket"]["lines"] = [{**LINE, member: text}, *[LINE] * (count - 1)]
    assert not _accepts(decoded.Question, body)
    assert not _publishes(QuestionSchema, body)


@pytest.mark.parametrize("body", [None, 1, "x", [], [FULL[decoded.Question]], True])
def test_what_is_no_object_is_refused_by_both(body: Any) -> None:
    """Neither raises anything else."""
    assert not _accepts(decoded.Question, body)
    assert not _publishes(QuestionSchema, body)

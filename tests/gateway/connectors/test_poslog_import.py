"""Till feeds taken in: once, whatever breaks off when; what is refused is refused alone, by its line."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.access.security import Scope
from gateway.connectors.poslog.stream import HostileXmlError
from gateway.poslog import importing, store
from gateway.wiring import Services
from tests.gateway.conftest import Caller
from tests.gateway.connectors import poslogs

ALL = (poslogs.SALE, poslogs.RETURN, poslogs.TRAINING, poslogs.BROKEN, poslogs.DRAWER, poslogs.VOID)


def _write(path: Path, *transactions: str) -> Path:
    path.write_bytes(poslogs.document(*transactions))
    return path


def _counts(services: Services, path: Path, **options: bool) -> dict[str, int]:
    *_, progress = importing.take_in(services, path, source="pos", **options)
    return progress.counts


def test_a_file_is_taken_in_and_rejects_are_named_by_line(stage: Services, tmp_path: Path) -> None:
    """Sales, returns and voids are recorded; training and drawers passed over; a finished file stays so."""
    path = _write(tmp_path / "day.xml", *ALL, poslogs.transaction(poslogs.key(9, store="9999") + "|"))
    first = _counts(stage, path)
    assert first == {"recorded": 3, "repeated": 0, "passed_over": 2, "refused": 2}
    *_, progress = importing.take_in(stage, path, source="pos")
    with stage.database.transaction() as connection:
        rejects = store.rejects(connection, progress.import_no, limit=10)
    assert [(one.line, one.transaction) for one in rejects] == [
        (6, "0042/07/2026-11-20/5"),
        (9, "9999/07/2026-11-20/9"),
    ]
    assert _counts(stage, path) == first
    assert _counts(stage, path, again=True) == {"recorded": 0, "repeated": 3, "passed_over": 2, "refused": 2}


def test_the_shopper_on_the_card_has_bought_and_returned(
    stage: Services, tmp_path: Path, back: Caller
) -> None:
    """What a feed says is what a till says."""
    _counts(stage, _write(tmp_path / "day.xml", *ALL))
    asked = {"identifiers": [{"type": "loyalty_card", "value": "2000123"}]}
    found = back("POST", "/v1/profiles/lookup", asked).json
    assert found is not None
    history = back("GET", f"/v1/profiles/{found['profile']}/history").json
    assert history is not None
    assert sorted(item["kind"] for item in history["items"]) == ["return", "sale"]


@pytest.mark.parametrize("after", [1, 2, 3])
def test_an_import_goes_on_where_it_was_killed(stage: Services, tmp_path: Path, after: int) -> None:
    """Whatever was taken in is not taken in again, and nothing is left out."""
    path = _write(tmp_path / "day.xml", *ALL)
    for _ in itertools.islice(importing.take_in(stage, path, source="pos"), after + 1):
        pass  # the process ends here: whatever it had not committed is gone
    assert _counts(stage, path) == {"recorded": 3, "repeated": 0, "passed_over": 2, "refused": 1}


def test_a_file_that_is_cut_off_is_told_and_kept_as_far_as_it_goes(stage: Services, tmp_path: Path) -> None:
    """The rest comes with the whole file."""
    whole = poslogs.document(*ALL)
    path = tmp_path / "day.xml"
    path.write_bytes(whole[: whole.index(b"<SequenceNumber>4</SequenceNumber>")])
    with pytest.raises(HostileXmlError):
        _counts(stage, path)
    path.write_bytes(whole)
    assert _counts(stage, path) == {"recorded": 1, "repeated": 2, "passed_over": 2, "refused": 1}


def test_out_of_order_and_twice_it_is_the_same(stage: Services, tmp_path: Path) -> None:
    """A return before its sale, a file after another that holds the same."""
    _counts(stage, _write(tmp_path / "back.xml", *reversed(ALL)))
    assert _counts(stage, _write(tmp_path / "day.xml", *ALL))["repeated"] == 3


def test_documents_come_through_the_door(stage: Services, call: Callable[..., Caller]) -> None:
    """As a store's server sends them; hostile ones are refused; a key speaks for its stores only."""
    server = call(Scope.INGEST, source="pos", stores=("0042",))
    xml = {"Content-Type": "application/xml"}
    answer = server("POST", "/v1/connectors/poslog", data=poslogs.document(*ALL), headers=xml)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert (answer.json["recorded"], answer.json["passed_over"], answer.json["refused"]) == (3, 2, 1)
    hostile = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert server("POST", "/v1/connectors/poslog", data=hostile, headers=xml).status_code == 400
    other = call(Scope.INGEST, source="pos", stores=("0001",))
    refused = other("POST", "/v1/connectors/poslog", data=poslogs.document(poslogs.SALE), headers=xml)
    assert refused.json is not None
    assert refused.json["refused"] == 1

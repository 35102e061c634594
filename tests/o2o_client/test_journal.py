"""What a till has promised survives: a crash at any byte, a bound, another till at the file."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from o2o_client.errors import ClientError, JournalDamagedError, JournalFullError
from o2o_client.journal import Journal
from o2o_client.memory import Memory

RECORDS = st.lists(
    st.fixed_dictionaries({"t": st.just("number"), "n": st.integers(0, 10**6), "x": st.text(max_size=20)}),
    max_size=6,
)


@given(RECORDS, st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_crash_while_writing_loses_nothing_that_was_said(
    tmp_path: Path, records: list[dict[str, object]], data: st.DataObject
) -> None:
    """Cut off at any byte, the journal holds every record written before, and takes new ones."""
    path = tmp_path / "journal.log"
    path.unlink(missing_ok=True)
    sizes = [0]
    with Journal(path) as journal:
        for record in records:
            journal.append(record)
            sizes.append(journal.size_bytes)
    cut = data.draw(st.integers(0, sizes[-1]))
    path.write_bytes(path.read_bytes()[:cut])
    whole = sum(1 for size in sizes[1:] if size <= cut)
    with Journal(path) as journal:
        assert journal.records == records[:whole]
        journal.append({"t": "number", "n": 7})
    with Journal(path) as journal:
        assert journal.records == [*records[:whole], {"t": "number", "n": 7}]


def test_records_written_together_are_there_together(tmp_path: Path) -> None:
    """A release and its sale: a crash leaves both or none."""
    path = tmp_path / "journal.log"
    with Journal(path) as journal:
        journal.append({"t": "number", "n": 1})
        before = journal.size_bytes
        journal.append({"t": "number", "n": 2}, {"t": "number", "n": 3})
    content = path.read_bytes()
    for cut in range(before, len(content)):
        path.write_bytes(content[:cut])
        with Journal(path) as journal:
            assert [record["n"] for record in journal.records] == [1]


def test_a_damaged_record_is_never_skipped(tmp_path: Path) -> None:
    """A flipped bit before the end: a person must look, for what follows it may depend on it."""
    path = tmp_path / "journal.log"
    with Journal(path) as journal:
        for number in range(3):
            journal.append({"t": "number", "n": number})
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    with pytest.raises(JournalDamagedError):
        Journal(path)


def test_a_journal_stays_within_its_bound(tmp_path: Path) -> None:
    """What would not fit is refused before it is written; what is kept makes room."""
    with Journal(tmp_path / "journal.log", most_bytes=100) as journal:
        journal.append({"t": "number", "n": 1})
        with pytest.raises(JournalFullError):
            journal.append({"t": "number", "n": 1, "x": "x" * 100})
        journal.replace([{"t": "number", "n": 2}])
        assert journal.records == [{"t": "number", "n": 2}]


def test_one_journal_has_one_till(tmp_path: Path) -> None:
    """Two programs writing numbers into one file would give them out twice."""
    with Journal(tmp_path / "journal.log"), pytest.raises(ClientError):
        Journal(tmp_path / "journal.log")


KEYS = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["sale", "void", "release"]), KEYS, st.integers(1, 100)),
        st.tuples(st.sampled_from(["done", "aside"]), st.just(""), st.integers(1, 9)),
        st.tuples(st.just("hold"), KEYS, st.just(0)),
        st.tuples(st.just("number"), st.just(""), st.integers(1, 99)),
    ),
    max_size=25,
)


def _history(steps: list[tuple[str, str, int]]) -> list[dict[str, object]]:
    """The records of a till's life: messages are numbered as they are written."""
    found: list[dict[str, object]] = []
    last = 0
    for kind, key, value in steps:
        if kind in {"sale", "void", "release"}:
            last += 1
            given = {"tenth.1": value} if kind == "sale" else {}
            out = {"t": "out", "id": last, "kind": kind, "key": key, "day": "2026-11-21", "given": given}
            found.append(out)
        elif kind in {"done", "aside"} and value <= last:
            found.append({"t": kind, "id": value, "status": 200})
        elif kind == "hold":
            found.append({"t": "hold", "key": key})
        elif kind == "number":
            found.append({"t": "number", "n": value})
    return found


@given(STEPS)
def test_what_is_kept_adds_up_to_the_same(steps: list[tuple[str, str, int]]) -> None:
    """Making room forgets nothing: neither what waits, nor what was given, nor the next number."""
    memory = Memory.of(_history(steps))
    again = Memory.of(memory.kept(today="2026-11-21"))
    assert again.last_number == memory.last_number
    assert again.given == memory.given
    assert again.sold == memory.sold
    assert again.holds == memory.holds
    assert list(again.waiting) == list(memory.waiting)
    assert again.aside.keys() == memory.aside.keys()
    assert again.last_message == memory.last_message

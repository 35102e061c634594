"""How well the model that ships tells the people of a generated world apart."""

from datetime import date
from pathlib import Path

import pytest

from gateway.demo.world import World

pytest.importorskip("duckdb")
pytest.importorskip("splink")

from bench import linking
from bench.quality_score import score, score_by_label
from identity.bulk.progress import Silent
from tests.conftest import Scale


@pytest.mark.parametrize("seed", [11, 12])
def test_shoppers_with_all_their_mess_are_told_apart(tmp_path: Path, scale: Scale, seed: int) -> None:
    """Hardly anybody is joined with somebody else, not even twins, and few records stay alone."""
    path = tmp_path / "people.csv"
    truth = linking.write(path, World(seed, date(2026, 11, 1)), scale(4_000, 100_000))
    found = linking.join_file(path, Silent())
    reached = score(found, truth.person)
    assert reached.precision >= 0.99
    assert reached.recall >= 0.94
    assert score_by_label(found, truth.person, truth.mess)["twins"].precision >= 0.9

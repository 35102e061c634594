"""A model that is kept tells of nobody in particular."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import ModelError
from identity.scoring import anonymity, document, model, shipped
from identity.scoring.document import Document, Terms

COLUMNS = ("family_name", "email", "phone", "national_id", "email_local")


def fitted(counts: dict[str, dict[str, int]]) -> Document:
    """A model that saw these values so many times."""
    terms = {
        column: Terms(1_000, MappingProxyType({value: times / 1_000 for value, times in seen.items()}))
        for column, seen in counts.items()
    }
    return replace(shipped.default().document, terms=MappingProxyType(terms))


@given(
    st.dictionaries(
        st.sampled_from(COLUMNS), st.dictionaries(st.text(max_size=5), st.integers(1, 20), max_size=6)
    )
)
def test_only_what_many_show_is_kept(counts: dict[str, dict[str, int]]) -> None:
    """Frequent names stay with their shares; rare ones and a person's own count as seen once."""
    kept = anonymity.anonymous(fitted(counts))
    anonymity.check(kept)
    for column, seen in counts.items():
        often = {value: times / 1_000 for value, times in seen.items() if times >= anonymity.SEEN_MIN}
        assert kept.terms[column].shares == ({} if column in anonymity.OF_ONE else often)
        assert kept.terms[column].count == 1_000


def test_equal_models_have_one_version() -> None:
    """The version is of what is kept, whatever the model was called and rare values it held."""
    one = anonymity.anonymous(fitted({"family_name": {"huber": 7, "rare": 2}}))
    other = anonymity.anonymous(replace(fitted({"family_name": {"huber": 7}}), version="another"))
    assert one == other
    assert one.version.startswith("fitted-")


@pytest.mark.parametrize("seen", [{"email": {"anna@x.example.com": 9}}, {"family_name": {"rare": 2}}])
def test_a_model_that_gives_people_away_is_refused(seen: dict[str, dict[str, int]]) -> None:
    """Wherever it comes from; the sentence names the column and not the value."""
    raw = document.written(fitted(seen))
    with pytest.raises(ModelError, match=next(iter(seen))) as refused:
        model.load(raw)
    assert not any(value in str(refused.value) for value in next(iter(seen.values())))

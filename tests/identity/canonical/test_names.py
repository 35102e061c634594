import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical.names import Parts, normalised
from identity.canonical.text import clean

USUAL = "Anna Bernd Huber Dr. Mr Jr. Sr III PhD van de la O'Brien J. X & und Guest Test N/A ,, Sen sen. 李 !"
WORDS = st.sampled_from(USUAL.split())
PART = st.lists(WORDS, max_size=4).map(" ".join).map(clean) | st.text(max_size=12).map(clean)


@given(st.builds(Parts, PART, PART, PART, st.sampled_from(["", "Jr.", "sr", "iii", "?"]), PART))
def test_taking_apart_twice_changes_nothing(parts: Parts) -> None:
    """Names in their places stay there, and no placeholder is found twice."""
    once, _ = normalised(parts)
    assert normalised(once) == (once, ())


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (Parts(full="Dr. Anna Maria Huber"), Parts("Anna", "Maria", "Huber")),
        (Parts(full="Huber, Anna"), Parts("Anna", "", "Huber")),
        (Parts(full="Ludwig van Beethoven"), Parts("Ludwig", "", "van Beethoven")),
        (Parts(full="Robert J Smith Jr."), Parts("Robert", "J", "Smith", "jr")),
        (Parts(full="Smith, Jr., Robert"), Parts("Robert", "", "Smith", "jr")),
        (Parts(full="Amartya Kumar Sen"), Parts("Amartya", "Kumar", "Sen")),
        (Parts(given="Karl", family="Huber sen."), Parts("Karl", "", "Huber", "sr")),
        (Parts(given="Robert J.", family="Smith III"), Parts("Robert", "J.", "Smith", "iii")),
        (Parts(family="Huber, Anna"), Parts("Anna", "", "Huber")),
        (Parts(given="Frau Anna", family="Huber"), Parts("Anna", "", "Huber")),
        (Parts(given="Mary Ann", family="Huber"), Parts("Mary Ann", "", "Huber")),
        (Parts(full="Madonna"), Parts(full="Madonna")),
        (Parts(full="Anna & Bernd Huber"), Parts(full="Anna & Bernd Huber")),
        (Parts(family="Huber", full="Anna Huber"), Parts("Anna", "", "Huber")),
        (Parts(given="Anna", family="Huber", full="A. Huber"), Parts("Anna", "", "Huber")),
        (Parts(full="王杰"), Parts("杰", "", "王")),
        (Parts(full="张秀英"), Parts("秀英", "", "张")),
        (Parts(full="欧阳丽"), Parts("丽", "", "欧阳")),
        (Parts(full="김다라"), Parts("다라", "", "김")),
        (Parts(full="李"), Parts(full="李")),
    ],
)
def test_names_come_apart(parts: Parts, expected: Parts) -> None:
    """Order, titles, suffixes, particles and middle initials."""
    assert normalised(parts)[0] == expected


@pytest.mark.parametrize(
    "parts",
    [
        Parts(given="Test", family="User"),
        Parts(full="Guest"),
        Parts(full="Walk-In"),
        Parts(given="Max", family="Mustermann"),
        Parts(given="N/A", family="n/a"),
        Parts(given="xxx", family="aaaa"),
        Parts(family="12345"),
        Parts(full="???"),
    ],
)
def test_placeholders_are_nobodys_name(parts: Parts) -> None:
    """What is typed where a name should be counts as absent."""
    placed, dropped = normalised(parts)
    assert placed == Parts()
    assert dropped


@pytest.mark.parametrize("family", ["Guest", "Null", "Test", "Na"])
def test_a_real_surname_beside_a_real_given_name_stays(family: str) -> None:
    """Judith Guest exists; Guest alone does not."""
    assert normalised(Parts(given="Judith", family=family))[0].family == family
    assert normalised(Parts(given="Test", family=family))[0] == Parts()

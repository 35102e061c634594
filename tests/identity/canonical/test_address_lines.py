"""Whole addresses in one line."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from identity.bulk import facets
from identity.bulk.reading import Reading
from identity.canonical import address_lines
from identity.canonical.attributes import canonical_form
from identity.policy import load

POLICY = load()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("12 Oak Street, Reno NV 89501", {"street": "12 Oak Street", "city": "Reno", "region": "NV"}),
        (
            "Hauptstra\u00dfe 5/3, 1010 Wien",
            {"street": "Hauptstra\u00dfe 5/3", "city": "Wien", "postcode": "1010"},
        ),
        ("Oak House, 12 Oak Rd, Leeds, LS1 4AP, United Kingdom", {"street": "12 Oak Rd", "city": "Leeds"}),
        ("Oak House, 12 Oak Rd, Leeds, LS1 4AP, United Kingdom", {"country": "United Kingdom"}),
        ("1205 Oak Rd San Marino", {"street": "1205 Oak Rd", "city": "San Marino"}),
        ("1205 Oak Forest, Suite 9", {"street": "1205 Oak Forest", "unit": "Suite 9"}),
        ("12 Oak Rd, Toronto, M1S 1T4", {"city": "Toronto", "postcode": "M1S 1T4"}),
        ("No 12, Street 7 Springfield", {"street_number": "12", "street": "Street 7", "city": "Springfield"}),
        ("#12, Street 7", {"street_number": "12", "street": "Street 7"}),
        ("#02-04, TowerB3, 12 Oak Rd, 238801", {"street": "12 Oak Rd", "postcode": "238801"}),
    ],
)
def test_a_line_is_taken_apart(line: str, said: dict[str, str]) -> None:
    """Whatever stands before the street, and wherever the postcode stands."""
    assert said.items() <= address_lines.read(line).items()


@pytest.mark.parametrize("line", ["", "Wien", "somewhere", ", ,"])
def test_what_cannot_be_told_is_left_out(line: str) -> None:
    """A word may be a city, a house or a joke."""
    assert address_lines.read(line) == {}


def test_a_part_counts_more_than_the_line() -> None:
    """The line fills what no part says, and is not kept itself."""
    sent = {"full_address": "12 Oak Street, Reno NV 89501", "city": "Sparks"}
    found, rejected = canonical_form(sent, date_order="ymd", policy=POLICY)
    assert (found.street, found.street_number, found.city, found.postcode) == (
        "oak street",
        "12",
        "sparks",
        "89501",
    )
    assert not rejected


@pytest.mark.parametrize("line", ["x, x", "n/a, a/b, Oak Rd", "Apt 1, xxx", "12 xxx"])
def test_placeholders_in_a_line_say_nothing(line: str) -> None:
    """As they say nothing where each part is sent by itself."""
    found, _ = canonical_form({"full_address": line}, date_order="ymd", policy=POLICY)
    assert not {found.street, found.city} & {"x", "xxx", "n a"}


@example("x, x")
@example("12 xxx")
@given(st.text(max_size=60) | st.from_regex(r"([A-Za-z0-9/. -]{0,9},? ?){1,6}", fullmatch=True))
def test_files_and_requests_read_a_line_alike(line: str) -> None:
    """Any text is taken, and a file's column says what the attribute says online."""
    found, _ = canonical_form({"full_address": line}, date_order="ymd", policy=POLICY)
    (facet,) = facets.of(["full_address"])
    values, _ = facets.read(facet, (line,), Reading(POLICY, country="AT", date_order="ymd"))
    assert values == tuple(getattr(found, name) for name in facet.gives)
    again, _ = canonical_form(found.as_written(), date_order="ymd", policy=POLICY)
    assert again == found

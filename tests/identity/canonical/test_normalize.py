from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity import policy
from identity.canonical import normalize
from identity.canonical.attributes import EXTRA_COUNT_MAX, PLACEHOLDER, TEXT_LENGTH_MAX
from identity.canonical.claims import CLAIM_COUNT_MAX, VALUE_LENGTH_MAX
from identity.canonical.normalize import Normalised
from identity.canonical.text import fold
from identity.model import ATTRIBUTES, Assurance, Canonical
from identity.submission import Claim

POLICY = policy.load()
AT = datetime(2026, 1, 1, tzinfo=UTC)


def record(attributes: dict[str, object], *claims: Claim, date_order: str = "dmy") -> Normalised:
    """As an Austrian store's loyalty desk sends it."""
    return normalize.record(attributes, claims, country="AT", date_order=date_order, policy=POLICY)


TEXT = st.text(max_size=30) | st.sampled_from(
    [
        "Anna",
        "Huber, Anna",
        "Dr. Anna Huber Jr.",
        "Hauptstraße 5/3",
        "123 Main Street",
        "A-1010",
        "SW1A 1AA",
        "89132-1234",
        "N/A",
        "test",
        "guest",
        "Österreich",
        "weiblich",
        "1.2.1980",
        "1980-02-01",
        "Jr.",
        "organization",
        "-",
        "4111 1111 1111 1111",
        "ﷺ" * 5,
    ]
)
ATTRIBUTE = st.sampled_from([*ATTRIBUTES, "x_shoe_size", "x_", "colour"])
RAW = TEXT | st.integers() | st.none() | st.booleans() | st.floats() | st.lists(st.none(), max_size=1)
CLAIMS = st.lists(
    st.builds(
        Claim,
        st.sampled_from([*POLICY.identifiers, "telegram"]),
        TEXT | st.sampled_from(["0664 1234567", "Anna@GMX.at", "60 01-23", "00000000"]),
        st.sampled_from(list(Assurance)),
    ),
    max_size=5,
)


@given(st.dictionaries(ATTRIBUTE, RAW, max_size=8), CLAIMS, st.sampled_from(["dmy", "mdy", "ymd"]))
def test_normalising_twice_changes_nothing(
    attributes: dict[str, object], claims: list[Claim], order: str
) -> None:
    """A normalised record, sent again as people write it, is the same record and wholly taken."""
    once = record(attributes, *claims, date_order=order)
    again = record(
        dict(once.canonical.as_written()),
        *(Claim(found.type, found.value, found.assurance) for found in once.identifiers),
        date_order=order,
    )
    assert again == Normalised(once.canonical, once.identifiers, ())


@given(st.dictionaries(st.sampled_from(ATTRIBUTES), TEXT, max_size=8))
def test_the_comparison_form_folds_to_itself(attributes: dict[str, object]) -> None:
    """Whatever is compared is already folded, so that bulk and online compare the same texts."""
    for name, value in record(attributes).canonical.present():
        if name not in ("date_of_birth", "country"):
            assert fold(str(value)) == value


def test_a_record_is_made_canonical() -> None:
    """Everything at once, as a loyalty desk types it."""
    made = record(
        {
            "full_name": "Dr. Anna-Maria Müller",
            "date_of_birth": "1.2.1980",
            "sex": "weiblich",
            "street": "Hauptstraße 5/3",
            "postcode": "A-1010",
            "city": "Wien",
            "country": "Österreich",
            "x_shoe_size": 38,
        },
        Claim("email", "Anna.Mueller@GMX.at", Assurance.VERIFIED),
        Claim("phone", "0664 / 123 45 67"),
        Claim("loyalty_card", "6001-2345 6789", Assurance.SCANNED),
    )
    assert made.canonical == Canonical(
        given_name="anna maria",
        family_name="muller",
        date_of_birth=date(1980, 2, 1),
        sex="f",
        street="hauptstrasse",
        street_number="5 3",
        postcode="1010",
        city="wien",
        country="AT",
        extra=(("x_shoe_size", "38"),),
        display=(
            ("city", "Wien"),
            ("family_name", "Müller"),
            ("given_name", "Anna-Maria"),
            ("postcode", "A-1010"),
            ("street", "Hauptstraße"),
            ("street_number", "5/3"),
        ),
    )
    assert [(found.type, found.value) for found in made.identifiers] == [
        ("email", "anna.mueller@gmx.at"),
        ("loyalty_card", "600123456789"),
        ("phone", "+436641234567"),
    ]
    assert made.rejected == ()


def test_an_unknown_attribute_is_refused_with_what_is_allowed() -> None:
    """The sender learns the names without reading a manual."""
    (refused,) = record({"surname": "Huber"}).rejected
    assert refused.field == "attributes.surname"
    assert "family_name" in refused.reason
    assert "x_<name>" in refused.reason


def test_an_identifier_among_the_attributes_is_sent_to_its_place() -> None:
    """A common mistake gets its own sentence."""
    (refused,) = record({"email": "anna@gmx.at"}).rejected
    assert "identifiers" in refused.reason


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("given_name", "N/A"),
        ("family_name", "guest"),
        ("city", "unknown"),
        ("date_of_birth", "1900-01-01"),
        ("street", "xxx"),
        ("postcode", "n/a"),
    ],
)
def test_junk_becomes_absent(name: str, value: str) -> None:
    """A placeholder would agree with every other placeholder."""
    made = record({name: value})
    assert made.canonical == Canonical()
    assert [refused.reason for refused in made.rejected] == [PLACEHOLDER]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("loyalty_card", "0000000000"),
        ("loyalty_card", "GUEST"),
        ("account_id", "undefined"),
        ("device", "00000000-0000-0000-0000-000000000000"),
        ("phone", "0664 0000000"),
        ("email", "noreply@shop.at"),
        ("national_id", "123456789"),
        ("national_id", "1"),
        ("tax_id", "AAAAAAAA"),
    ],
)
def test_junk_identifiers_find_nobody(kind: str, value: str) -> None:
    """What everybody types belongs to nobody."""
    made = record({}, Claim(kind, value))
    assert made.identifiers == ()
    assert [refused.reason for refused in made.rejected] == [PLACEHOLDER]


@pytest.mark.parametrize("kind", ["account_id", "payment_reference", "national_id", "device", "phone"])
def test_a_payment_card_number_is_no_identifier(kind: str) -> None:
    """Cards are known by their reference; the number itself must not be stored."""
    made = record({}, Claim(kind, "4111 1111 1111 1111"))
    assert made.identifiers == ()
    assert len(made.rejected) == 1
    assert "4111" not in made.rejected[0].reason


def test_a_loyalty_card_may_look_like_a_payment_card() -> None:
    """It was said to be one, and it is printed like one."""
    assert record({}, Claim("loyalty_card", "4111 1111 1111 1111")).identifiers


def test_a_payment_card_number_in_an_attribute_is_refused() -> None:
    """Also in the middle of a text, also in the retailer's own attributes."""
    made = record({"street": "4111-1111-1111-1111 Main", "x_note": "pays with 4111111111111111"})
    assert made.canonical == Canonical()
    assert len(made.rejected) == 2


@pytest.mark.parametrize(
    "value",
    [
        "keine Angabe",
        "NOT AVAILABLE",
        "Guest User",
        "[object Object]",
        "(not set)",
        "{{userId}}",
        "No card",
        "false",
    ],
)
@pytest.mark.parametrize("kind", ["loyalty_card", "account_id", "tax_id", "device"])
def test_a_placeholder_of_several_words_is_no_identifier(kind: str, value: str) -> None:
    """Two shoppers without a card are not one because both were said to have none."""
    assert record({}, Claim(kind, value)).identifiers == ()


def test_a_payment_card_number_is_no_name_of_an_attribute() -> None:
    """Neither kept nor told back."""
    made = record({"x_4111111111111111": "yes", "4111 1111 1111 1111": "yes"})
    assert made.canonical == Canonical()
    assert "4111" not in str(made.rejected)


def test_lengths_are_limited() -> None:
    """Nobody's name, number or list of identifiers is that long."""
    long = record({"city": "a" * (TEXT_LENGTH_MAX + 1), "region": "b" * 1_000_000})
    assert long.canonical == Canonical()
    assert len(long.rejected) == 2
    assert record({}, Claim("account_id", "a" * (VALUE_LENGTH_MAX + 1))).identifiers == ()
    many = record({}, *(Claim("account_id", f"id{n}") for n in range(CLAIM_COUNT_MAX + 5)))
    assert len(many.identifiers) == CLAIM_COUNT_MAX
    assert len(many.rejected) == 1
    extras = record({f"x_{n}": "1" for n in range(EXTRA_COUNT_MAX + 3)})
    assert len(extras.canonical.extra) == EXTRA_COUNT_MAX


def test_the_better_assurance_of_a_repeated_identifier_stands() -> None:
    """A server's word outweighs a browser's, and does not widen what the browser said of its validity."""
    made = record(
        {},
        Claim("email", "anna@gmx.at", Assurance.ASSERTED),
        Claim("email", "ANNA@gmx.at", Assurance.VERIFIED, valid_from=AT),
    )
    (found,) = made.identifiers
    assert found.assurance is Assurance.VERIFIED
    assert found.valid_from == AT


def test_validity_needs_a_zone() -> None:
    """A time without a zone is a different moment for everybody."""
    made = record({}, Claim("email", "anna@gmx.at", valid_from=datetime(2026, 1, 1)))  # noqa: DTZ001
    assert made.identifiers == ()


def test_a_foreign_national_number_is_tried_in_the_shoppers_country() -> None:
    """A tourist's number that means nothing here means something at home."""
    made = record({"country": "US"}, Claim("phone", "(702) 919-1300"))
    assert [found.value for found in made.identifiers] == ["+17029191300"]


def test_an_organisation_is_told_from_a_person() -> None:
    """A record that names only an organisation is about it."""
    assert record({"organisation_name": "Huber & Co."}).canonical.record_type == "organisation"
    assert record({"organisation_name": "Huber & Co.", "given_name": "Eva"}).canonical.record_type is None

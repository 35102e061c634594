import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from identity.canonical import phones

REGIONS = sorted(
    region
    for regions in COUNTRY_CODE_TO_REGION_CODE.values()
    for region in regions
    if PhoneMetadata.metadata_for_region(region) is not None
)
COMMON = ["AT", "DE", "CH", "IT", "FR", "ES", "GB", "US", "PL", "HU", "CZ", "NL", "RU", "BR", "AR", "MX"]


@st.composite
def near_numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A number much like one that exists, written in one of the usual ways, and where it is read."""
    region = draw(st.sampled_from(COMMON) | st.sampled_from(REGIONS))
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    examples = [
        kind.example_number
        for kind in (getattr(metadata, name) for name in phones._TYPES)
        if kind is not None and kind.example_number
    ]
    digits = list(draw(st.sampled_from(examples)))
    for place in draw(st.lists(st.integers(0, len(digits) - 1), max_size=4)):
        digits[place] = draw(st.sampled_from("0123456789"))
    national = "".join(digits) + draw(st.sampled_from(["", "", "", "0", "7"]))
    code, prefix = metadata.country_code, metadata.national_prefix or ""
    form = draw(
        st.sampled_from(
            [
                f"+{code} {national}",
                f"{prefix}{national}",
                national,
                f"00{code}{national}",
                f"{code}{national}",
                f"+{code} (0){national}",
                f"+{code}{prefix}{national}",
                f"{prefix}{national[:3]}/{national[3:]}",
                f"({prefix}{national[:2]}) {national[2:]}",
                f"+{code}-{national[:3]}-{national[3:]} x12",
            ]
        )
    )
    country = draw(st.just(region) | st.sampled_from(COMMON))
    return form, country


@settings(max_examples=400)
@given(near_numbers())
def test_the_quick_path_says_what_phonenumbers_says(case: tuple[str, str]) -> None:
    """Where the quick path answers at all, phonenumbers would have given the same."""
    written, country = case
    quick = phones._quick(written, country)
    assert quick is None or quick == phones._thorough(written, country)


@given(near_numbers())
@example(("00010123456", "AT"))  # nobody's, and of each zero before it phonenumbers takes one off at a time
def test_normalising_a_number_twice_changes_nothing(case: tuple[str, str]) -> None:
    """The international form means itself in every country."""
    number = phones.normalised(*case)
    if number is not None:
        assert phones.normalised(number, "AT") == phones.normalised(number, "US") == number


@given(st.text(alphabet="0123456789+()/-. x;ext=", max_size=30), st.sampled_from(COMMON))
def test_anything_else_is_answered_as_well(written: str, country: str) -> None:
    """No input makes the quick path wrong or any path fail."""
    quick = phones._quick(written, country)
    assert quick is None or quick == phones._thorough(written, country)
    phones.normalised(written, country)


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("0664 / 123 45 67", "AT", "+436641234567"),
        ("+43 664 1234567", "DE", "+436641234567"),
        ("0043 664 1234567", "AT", "+436641234567"),
        ("+43 (0)664 1234567", "US", "+436641234567"),
        ("(702) 919-1300", "US", "+17029191300"),
        ("02 12345678", "IT", "+390212345678"),
        ("+1 386 555 0102 x0420", "AT", "+13865550102;ext=0420"),
        ("123", "AT", None),
        ("no number", "AT", None),
        ("", "AT", None),
    ],
)
def test_numbers_are_read_where_the_store_is(written: str, country: str, number: str | None) -> None:
    """National numbers get the store's country, international ones keep theirs, an extension stays."""
    assert phones.normalised(written, country) == number


def test_most_well_formed_numbers_take_the_quick_path() -> None:
    """The usual ways of writing a mobile number need no second look."""
    for region in ("AT", "DE", "CH", "FR", "ES", "GB", "US", "PL"):
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        assert example is not None
        written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        assert phones._quick(written, "AT") is not None, written


def test_one_digit_over_and_over_is_junk() -> None:
    """What cashiers type to get past the field finds nobody."""
    assert phones.is_junk("+436640000000")
    assert not phones.is_junk("+436641234567")

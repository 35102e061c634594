"""What traits say about a person, in our words."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.connectors.segment.lenient import a_text, an_object, first_of

ATTRIBUTES: Final = {
    "given_name": ("firstName", "first_name", "firstname"),
    "family_name": ("lastName", "last_name", "lastname"),
    "full_name": ("name", "fullName"),
    "date_of_birth": ("birthday", "birthdate", "dateOfBirth"),
    "sex": ("gender",),
}
ADDRESS: Final = {
    "street": ("street", "line1"),
    "city": ("city",),
    "region": ("state", "region"),
    "postcode": ("postalCode", "postal_code", "zip"),
    "country": ("country", "countryCode"),
}


def attributes(traits: Mapping[str, Any]) -> dict[str, str]:
    """What the traits say about a person, under our names."""
    found = dict(first_of(ATTRIBUTES, traits)) | dict(first_of(ADDRESS, an_object(traits.get("address"))))
    organisation = a_text(an_object(traits.get("company")).get("name"), longest=200)
    if organisation is not None:
        found["x_company"] = organisation
    return found


def contacts(traits: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The identifiers among the traits: (type, value)."""
    found = [
        ("email", a_text(traits.get("email"), longest=320)),
        ("phone", a_text(traits.get("phone"), longest=40)),
    ]
    return [(kind, value) for kind, value in found if value is not None]

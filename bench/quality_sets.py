"""Files with a truth, as a user would join them: which column is what, which names the record, which person.

The files are the user's: they lie in a folder that is given, gzipped, each under the name of its set.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file with a truth. `mapped` are the entries `column=attribute` of `o2o link --map`."""

    name: str
    key: str
    person: str
    country: str
    mapped: tuple[str, ...]


_FEBRL: Final = (
    "given_name=given_name",
    "surname=family_name",
    "street_number=street_number",
    "address_1=street",
    "address_2=x_address_2",
    "suburb=city",
    "postcode=postcode",
    "state=region",
    "date_of_birth=date_of_birth",
    "soc_sec_id=national_id",
)
SETS: Final = (
    *(Labelled(name, "rec_id", "cluster", "AU", _FEBRL) for name in ("febrl1", "febrl2", "febrl3")),
    Labelled(
        "splink_fake_1000",
        "unique_id",
        "cluster",
        "GB",
        ("first_name=given_name", "surname=family_name", "dob=date_of_birth", "city=city", "email=email"),
    ),
    Labelled(
        "dupehell_retail_customer_medium",
        "record_id",
        "master_id",
        "US",
        ("first_name=given_name", "last_name=family_name", "email=email", "city=city", "phone=phone"),
    ),
)

"""Files with a truth, as a user would join them: which column is what, which names the record, which person.

The files are the user's: they lie in a folder that is given, gzipped, each under the name of its set.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Labelled:
    """A set of files with a truth. `mapped` are the entries `column=attribute` of `o2o link --map`.

    `files` and `truth` name files where the set is not one file that holds its truth.
    """

    name: str
    key: str
    person: str
    country: str
    mapped: tuple[str, ...]
    date_order: str = "ymd"
    files: tuple[str, ...] = ()
    truth: str = ""


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
    Labelled(
        "senzing_truthset",
        "RECORD_ID",
        "CLUSTER_ID",
        "US",
        (
            "PRIMARY_NAME_FULL=full_name",
            "NATIVE_NAME_FULL=full_name",
            "PRIMARY_NAME_ORG=organisation_name",
            "EMPLOYER=organisation_name",
            "PRIMARY_NAME_LAST=family_name",
            "PRIMARY_NAME_FIRST=given_name",
            "PRIMARY_NAME_MIDDLE=middle_name",
            "GENDER=sex",
            "DATE_OF_BIRTH=date_of_birth",
            "PASSPORT_NUMBER=passport",
            "DRIVERS_LICENSE_NUMBER=driving_licence",
            "SSN_NUMBER=national_id",
            "TAX_ID_NUMBER=tax_id",
            "EMAIL_ADDRESS=email",
            "PHONE_NUMBER=phone",
            "ADDR_FULL=full_address",
            "ADDR_LINE1=full_address",
            "ADDR_CITY=city",
            "ADDR_STATE=region",
            "ADDR_POSTAL_CODE=postcode",
            "ADDR_COUNTRY=country",
            "RECORD_TYPE=record_type",
            "NATIONAL_ID_NUMBER=x_other_number",
        ),
        date_order="mdy",
        files=tuple(f"senzing_truthset_{part}" for part in ("customers", "reference", "watchlist")),
        truth="senzing_truthset_actual_truthset_key",
    ),
)

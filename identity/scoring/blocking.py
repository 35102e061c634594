"""Under which keys a record is found by those that may be the same person.

A key holds the few records that agree in something that seldom changes; two records are weighed when they
share one that few others have, or any two. Coarse keys find the most but become crowded in large files, and
over-full, when they say nothing; beside each stand finer ones, which take over. Which keys there are was
chosen by measured recall and cost.

Invariant: the keys depend on the record alone, and a key names its rule, so that values of two rules never
meet.
"""

from collections.abc import Collection, Iterator

from identity.canonical import emails, sounds
from identity.model import Assurance, Canonical, Record

DIGITS_MIN = 7
MAIL_DIGITS_MIN = 4
PLACE_LENGTH = 4


def keys(record: Record, own: Collection[str]) -> tuple[str, ...]:
    """The blocking keys of a record, each once, in a fixed order; asserted records have none. `own` are those
    of the retailer's own attributes by which records are found.
    """
    if record.proof <= Assurance.ASSERTED:
        return ()
    found = dict.fromkeys((*_by_attributes(record.attributes, own), *_by_contacts(record)))
    return tuple(found)


def _by_attributes(said: Canonical, own: Collection[str]) -> Iterator[str]:
    given, family = _given(said), _family(said)
    heard, surname = sounds.code(given), sounds.code(family)
    yield from _by_name(said, heard, surname, given[:1])
    yield from _by_birth(said, heard, surname, given[:1])
    yield from _by_place(said, heard, surname)
    yield from _by_own(said, own, heard, surname)
    if said.organisation_name:
        yield f"o|{sounds.code(said.organisation_name)}"
        yield f"ow|{' '.join(sorted(said.organisation_name.split()))}"
        if surname:
            yield f"of|{said.organisation_name.partition(' ')[0]}|{surname}"


def _by_name(said: Canonical, heard: str, surname: str, initial: str) -> Iterator[str]:
    if heard and surname:
        # Sorted, so that exchanged names meet.
        both = ",".join(sorted((heard, surname)))
        yield f"n|{both}"
        if said.city:
            yield f"nc|{both}|{said.city}"
    place = sounds.code(said.city or "")[:PLACE_LENGTH]
    if place:
        # Each part of the name alone with the place, for where the other part is lost.
        yield from (f"{rule}|{part}|{place}" for rule, part in (("fp", surname), ("gp", heard)) if part)
    if surname and initial:
        for name, value in (("city", said.city), ("postcode", said.postcode)):
            if value:
                yield f"ni{name[0]}|{surname}|{initial}|{value}"


def _by_birth(said: Canonical, heard: str, surname: str, initial: str) -> Iterator[str]:
    born = said.date_of_birth
    if born is None:
        return
    day, month = sorted((born.day, born.month))
    whole = f"{born.year}-{day}-{month}"
    yield f"b|{whole}"
    if surname:
        yield f"bf|{surname}|{whole}"
        yield f"by|{surname}|{born.year}"
        yield f"bd|{surname}|{day}-{month}"
        yield f"byi|{surname}|{initial}|{born.year}"
    if heard:
        yield f"bg|{heard}|{whole}"
        yield f"bgm|{heard}|{born.year}-{born.month}"
        yield f"bgd|{heard}|{day}-{month}"
    if said.postcode:
        yield f"bp|{said.postcode}|{born.year}"
        yield f"bpd|{said.postcode}|{day}-{month}"


def _by_place(said: Canonical, heard: str, surname: str) -> Iterator[str]:
    if said.postcode:
        if surname:
            yield f"pf|{said.postcode}|{surname}"
        if heard:
            yield f"pg|{said.postcode}|{heard}"
        if said.street_number:
            yield f"pn|{said.postcode}|{said.street_number}"
    if said.street:
        street = sounds.code(said.street.replace(" ", ""))
        if heard:
            yield f"sg|{street}|{heard}"
        if surname:
            yield f"sf|{street}|{surname}"
        if said.street_number:
            yield f"sn|{street}|{said.street_number}"


def _by_own(said: Canonical, own: Collection[str], heard: str, surname: str) -> Iterator[str]:
    """Each part of the name, the postcode, the region, the year and the day of birth alone with what only
    this retailer asks for, such as a place of birth.
    """
    for name, value in said.extra:
        if name not in own:
            continue
        if said.region:
            yield f"{name}|r|{said.region}|{value}"
        if said.postcode:
            yield f"{name}|p|{said.postcode}|{value}"
        if said.date_of_birth is not None:
            day, month = sorted((said.date_of_birth.day, said.date_of_birth.month))
            yield f"{name}|y|{said.date_of_birth.year}|{value}"
            yield f"{name}|d|{day}-{month}|{value}"
        if surname:
            yield f"{name}|f|{surname}|{value}"
        if heard:
            yield f"{name}|g|{heard}|{value}"


def _by_contacts(record: Record) -> Iterator[str]:
    for identifier in record.identifiers:
        if identifier.assurance <= Assurance.ASSERTED:
            continue
        if identifier.type == "email":
            yield from of_email(identifier.value)
        elif identifier.type == "phone":
            yield from of_phone(identifier.value)


def of_email(address: str) -> Iterator[str]:
    """The keys of an e-mail address."""
    local = emails.mailbox(address).partition("@")[0]
    yield f"e|{local}"
    digits = "".join(filter(str.isdigit, local))
    if len(digits) >= MAIL_DIGITS_MIN:
        yield f"ed|{digits}"
    letters = "".join(filter(str.isalpha, local))
    if len(letters) > 4:
        yield f"el|{letters}"


def of_phone(number: str) -> Iterator[str]:
    """The keys of a telephone number; an extension makes a finer one."""
    plain, _, extension = number.partition(";")
    last = plain[-DIGITS_MIN:]
    yield f"tp|{plain}"
    yield f"t|{last}"
    if extension:
        yield f"tx|{last}|{extension}"


def _given(said: Canonical) -> str:
    return (said.given_name or "").partition(" ")[0]


def _family(said: Canonical) -> str:
    return said.family_name or said.full_name or ""

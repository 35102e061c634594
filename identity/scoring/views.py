"""What a record says, in the forms that levels compare: each distinct value is taken apart once.

Invariant: a view is a pure function of one value, and holds everything that a level looks at, so that the
same words can stand in a column and be compared in SQL.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from identity.canonical import emails, given_names, organisations, sounds
from identity.scoring.pool import Name

CACHE_SIZE = 1 << 13


@dataclass(frozen=True, slots=True)
class NameView:
    """A person's name. A name of one word that could be either part stands as the family name."""

    given: str
    middle: str
    family: str
    given_words: frozenset[str]
    given_kin: frozenset[str]
    is_given_known: bool
    given_stem: str
    given_form: str
    family_words: frozenset[str]

    @property
    def given_sound(self) -> str:
        """How the given name sounds, which few comparisons come to ask."""
        return sounds.code(self.given)

    @property
    def family_sound(self) -> str:
        """How the family name sounds."""
        return sounds.code(self.family)


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """An organisation's name, and its words without the legal form."""

    name: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class BirthView:
    """A date of birth as eight digits, and with day and month exchanged."""

    digits: str
    exchanged: str


@dataclass(frozen=True, slots=True)
class EmailView:
    """An address, the mailbox that it reaches, what stands before the at sign, and the digits in that."""

    address: str
    mailbox: str
    local: str
    digits: str


@dataclass(frozen=True, slots=True)
class PhoneView:
    """A number in E.164 as it was given, without its extension, and the last digits of that, which survive a
    wrong prefix.
    """

    number: str
    plain: str
    tail: str


@lru_cache(maxsize=CACHE_SIZE)
def name(said: Name) -> NameView:
    """The view of a person's name."""
    family = said.family or said.full
    words, kin, is_known, stem, form = _given(said.given)
    return NameView(
        given=said.given,
        middle=said.middle,
        family=family,
        given_words=words,
        given_kin=kin,
        is_given_known=is_known,
        given_stem=stem,
        given_form=form,
        family_words=_words(family, longer_than=3),
    )


@lru_cache(maxsize=CACHE_SIZE)
def _given(called: str) -> tuple[frozenset[str], frozenset[str], bool, str, str]:
    """The words of a given name, their other forms, whether it is listed, and its stem and form: there are
    far fewer given names than people.
    """
    words = _words(called, longer_than=1)
    kin = frozenset(kin for word in words for kin in given_names.relatives(word))
    return words, kin, given_names.is_known(called), *given_names.stem(called)


@lru_cache(maxsize=CACHE_SIZE)
def _words(called: str, *, longer_than: int) -> frozenset[str]:
    return frozenset(word for word in called.split() if len(word) > longer_than)


@lru_cache(maxsize=CACHE_SIZE)
def organisation(called: str) -> OrganisationView:
    """The view of an organisation's name."""
    return OrganisationView(called, organisations.words(called))


@lru_cache(maxsize=CACHE_SIZE)
def birth(born: date) -> BirthView:
    """The view of a date of birth; a date whose month cannot be a day exchanges into nothing."""
    digits = f"{born.year:04}{born.month:02}{born.day:02}"
    return BirthView(digits, digits[:4] + digits[6:] + digits[4:6])


@lru_cache(maxsize=CACHE_SIZE)
def email(address: str) -> EmailView:
    """The view of an e-mail address."""
    mailbox = emails.mailbox(address)
    local = mailbox.partition("@")[0]
    return EmailView(address, mailbox, local, "".join(filter(str.isdigit, local)))


@lru_cache(maxsize=CACHE_SIZE)
def phone(number: str) -> PhoneView:
    """The view of a phone number."""
    plain = number.partition(";")[0]
    return PhoneView(number, plain, plain[-7:])

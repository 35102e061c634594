"""The scalars of the published contract: what a body may say, how long, how large.

Optional fields may be left out or null, which means the same: many tills' serialisers write every member.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from gateway.wire.moments import day, moment
from identity.canonical import cards, places

MAX_AMOUNT_MINOR = 10**12
"""Ten thousand million euros: 500 lines of it, times 10,000 basis points, still fit 64 bits."""

MAX_COUNT = 2**31 - 1
"""What a PostgreSQL integer holds."""

QUANTITY = r"^(?=.*[1-9])[0-9]{1,7}(\.[0-9]{1,3})?$"
"""More than nothing, thousandths at the finest (grams, millilitres)."""

UNIT_PRICE = r"^[0-9]{1,10}(\.[0-9]{1,4})?$"
"""In major units, four decimals at the finest (fuel)."""

CURRENCY = r"^[A-Z]{3}$"
COUNTRY = r"^[A-Z]{2}$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"
"""How stores, terminals, sources and campaigns are called."""

LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"


class Matching(validate.Validator):
    """A text that matches a pattern as a whole; a newline at the end does not slip through as it does with
    `$`.
    """

    def __init__(self, pattern: str, sentence: str) -> None:
        self.pattern = pattern
        self.sentence = sentence
        self.regex = re.compile(whole(pattern))

    def __call__(self, value: str) -> str:
        """Return the value; raise ValidationError with the sentence."""
        if self.regex.match(value) is None:
            raise ValidationError(self.sentence)
        return value


def whole(pattern: str) -> str:
    """Return the pattern for Python's `re`, where `$` would also match before a closing newline."""
    return pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern


class Moment(fields.Field[dt.datetime]):
    """RFC 3339 time with a zone."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002  (marshmallow's signature)
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> dt.datetime:
        try:
            return moment(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Day(fields.Field[dt.date]):
    """A business day, as the till names it."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002  (marshmallow's signature)
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> dt.date:
        try:
            return day(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


def text(
    *,
    longest: int = 200,
    shortest: int = 1,
    required: bool = False,
    about: str = "",
    kind: type[fields.String] = fields.String,
) -> fields.String:
    """A text of bounded length."""
    return kind(
        required=required,
        validate=validate.Length(min=shortest, max=longest),
        metadata={"description": about} if about else {},
        **_absent(required),
    )


def note(*, longest: int, shortest: int = 1, required: bool = False, about: str = "") -> fields.String:
    """A free text of bounded length; payment card numbers in it are masked."""
    return text(longest=longest, shortest=shortest, required=required, about=about, kind=Note)


class Note(fields.String):
    """What people write in their own words: nobody chose to store a card number that stands in it."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Return the text, masked after it was found short enough. One that is required says something."""
        found = super().deserialize(value, attr, data, **kwargs)
        if self.required and isinstance(found, str) and not _says_something(found):
            raise ValidationError("must say something; this is blank")
        return cards.mask(found) if isinstance(found, str) else found


def _says_something(found: str) -> bool:
    """Whether anything of a text can be seen."""
    return any(each.isprintable() and not each.isspace() for each in found)


def matching(pattern: str, sentence: str, *, required: bool = False, about: str = "") -> fields.String:
    """A text of a given form; the sentence tells the caller what the form is."""
    return fields.String(
        required=required,
        validate=Matching(pattern, sentence),
        error_messages={"invalid": sentence},
        metadata={"pattern": pattern, "description": about or sentence},
        **_absent(required),
    )


def country_code(*, required: bool = False, about: str = "") -> fields.String:
    """The two letters of a country, by which national telephone numbers are read."""
    sentence = "is the ISO 3166 code of a country, as in AT"

    def is_known(value: str) -> None:
        if places.country(value) != value:
            raise ValidationError(sentence)

    found = matching(COUNTRY, sentence, required=required, about=about)
    found.validators.append(is_known)
    return found


def code(*, required: bool = False, about: str = "") -> fields.String:
    """A short name made of letters, digits and `_.:-`."""
    return matching(CODE, "is 1 to 64 letters, digits or _ . : -, starting with a letter or digit",
                    required=required, about=about)  # fmt: skip


def one_of(
    *values: str, required: bool = False, default: str | None = None, about: str = ""
) -> fields.String:
    """One of the given words; a default makes the field optional but never null."""
    absent = {"load_default": default} if default is not None else _absent(required)
    return fields.String(
        required=required,
        validate=validate.OneOf(values, error="is one of: {choices}"),
        metadata={"description": about} if about else {},
        **absent,
    )


def minor(
    *, required: bool = False, least: int = 0, default: int | None = None, about: str = ""
) -> fields.Integer:
    """An amount in minor units of the currency."""
    return count(required=required, least=least, most=MAX_AMOUNT_MINOR, default=default, about=about)


def count(
    *,
    required: bool = False,
    least: int = 0,
    most: int = MAX_COUNT,
    default: int | None = None,
    about: str = "",
) -> fields.Integer:
    """A whole number inside bounds; neither "1" nor 1.0 passes for 1."""
    absent = {"load_default": default} if default is not None else _absent(required)
    return fields.Integer(
        strict=True,
        required=required,
        validate=validate.Range(min=least, max=most),
        metadata={"description": about} if about else {},
        **absent,
    )


def flag(*, default: bool | None = None, required: bool = False, about: str = "") -> fields.Boolean:
    """True or false; "yes" and 1 do not pass."""
    absent = {"load_default": default} if default is not None else _absent(required)
    return StrictBoolean(required=required, metadata={"description": about} if about else {}, **absent)


class StrictBoolean(fields.Boolean):
    """A boolean that is one: marshmallow's own also takes "on", "t" and 1."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002  (marshmallow's signature)
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("is true or false")
        return value


def _absent(required: bool) -> dict[str, Any]:
    return {} if required else {"load_default": None, "allow_none": True}


def whole_page(most: int = 1000, *, default: int = 100) -> fields.Integer:
    """How many items of a list to answer, from the address."""
    return fields.Integer(load_default=default, validate=validate.Range(min=1, max=most))


def stored_number() -> fields.Integer:
    """A position in a list, from the address; no larger than what a database key holds."""
    return fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**63 - 1))

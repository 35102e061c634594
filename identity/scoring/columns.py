"""A record as the row that a database scores: every column that a level's SQL names.

Invariant: scoring two rows in SQL and two pools in Python uses the same values. A record that has several
values of an identifier type has no row of its own for each; who scores in bulk weighs such records in
Python.
"""

import re
from typing import Any, Final

from identity.canonical import sounds
from identity.scoring import catalogue, views
from identity.scoring import pool as pools
from identity.scoring.comparison import Comparison
from identity.scoring.pool import Pool

_COLUMN: Final = re.compile(r"\b([a-z][a-z0-9_]*)_[lr]\b")


def row(pool: Pool) -> dict[str, Any]:
    """The columns of the pool of one record, None where it says nothing."""
    found: dict[str, Any] = {}
    for name in pool.names:
        found |= (
            _organisation("organisation_name", name.organisation)
            if name.organisation
            else _name(views.name(name))
        )
    for born in pool.births:
        birth = views.birth(born)
        found |= {"birth": birth.digits, "birth_exchanged": birth.exchanged}
    for canonical in pool.canonicals:
        found |= {"sex": canonical.sex, **dict(canonical.extra)}
        if employer := pools.employer(canonical):
            found |= _organisation("employer", employer)
        for attribute in ("street", "street_number", "unit", "city", "region", "postcode"):
            found[attribute] = getattr(canonical, attribute)
    for kind in catalogue.IDENTIFIERS:
        for value in sorted(pool.by_type.get(kind, ()), reverse=True):
            found |= contact(kind, value)
    return found


def contact(kind: str, value: str) -> dict[str, Any]:
    """The columns of one identifier of those that are weighed."""
    if kind == "email":
        email = views.email(value)
        found = {"email": email.address, "mailbox": email.mailbox}
        return found | {"email_local": email.local, "email_digits": email.digits}
    if kind == "phone":
        phone = views.phone(value)
        return {"phone": phone.number, "phone_plain": phone.plain, "phone_tail": phone.tail}
    return {kind: value}


def named_in(comparison: Comparison) -> frozenset[str]:
    """The columns that the SQL of a comparison's levels names."""
    texts = (comparison.null_sql, *(level.sql for level in comparison.levels))
    found = {name for text in texts for name in _COLUMN.findall(text)}
    return frozenset(found | {level.term for level in comparison.levels if level.term is not None})


def _organisation(column: str, called: str) -> dict[str, Any]:
    view = views.organisation(called)
    return {column: view.name, f"{column}_words": sorted(view.words)}


def _name(view: views.NameView) -> dict[str, Any]:
    return {
        "given_name": view.given or None,
        "middle_name": view.middle or None,
        "family_name": view.family or None,
        "given_words": sorted(view.given_words),
        "given_kin": sorted(view.given_kin),
        "is_given_known": view.is_given_known,
        "given_stem": view.given_stem,
        "given_form": view.given_form,
        "given_sound": view.given_sound,
        "is_given_skeleton": sounds.is_skeleton(view.given),
        "family_words": sorted(view.family_words),
        "family_sound": view.family_sound,
        "is_family_skeleton": sounds.is_skeleton(view.family),
    }

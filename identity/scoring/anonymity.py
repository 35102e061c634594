"""What of a fitted model may be kept: nothing by which a shopper could be told, nor of the files alone.

A model outlives the records it was fitted to, lies in files and backups, and no erasure reaches into it. So
it keeps how frequent a value is only of values that many show; all others count as seen once, as values do
that were never seen. Values that belong to one person or home are not kept at all. Nor is what it told in
those files that a side says nothing: who comes later, from another source, may well say less.
"""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from identity.errors import ModelError
from identity.scoring import catalogue
from identity.scoring.document import Document, Terms

SEEN_MIN: Final = 5
"""How often a value was seen in training, at least, for its frequency to be kept."""
OF_ONE: Final = catalogue.IDENTIFIERS
"""The columns whose values are a person's or a home's own."""


def anonymous(content: Document) -> Document:
    """The model without what could tell who was in training, under the version that its content gives it."""
    terms = {column: _kept(column, found) for column, found in content.terms.items()}
    return replace(content, terms=MappingProxyType(terms), silence=MappingProxyType({})).named()


def check(content: Document) -> None:
    """Raises ModelError when a model holds more than may be kept."""
    for column, found in content.terms.items():
        if _kept(column, found) != found:
            raise ModelError(
                f"term_frequencies.{column} holds values by which shoppers could be told: those that fewer"
                f" than {SEEN_MIN} records show, or that are a person's own. Fit the model again."
            )


def _kept(column: str, terms: Terms) -> Terms:
    if column in OF_ONE:
        return replace(terms, shares=MappingProxyType({}))
    kept = {value: share for value, share in terms.shares.items() if _times(share, terms) >= SEEN_MIN}
    return replace(terms, shares=MappingProxyType(kept))


def _times(share: float, terms: Terms) -> int:
    return round(share * terms.count)

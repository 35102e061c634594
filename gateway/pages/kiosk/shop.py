"""The store a kiosk stands in, as its page needs it: its name, its language, how it writes amounts."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel.languages import get_official_languages
from sqlalchemy import Connection

from gateway.pages import wording
from gateway.pages.amounts import Region, locale_for
from offers.retailer import stores


@dataclass(frozen=True, slots=True)
class Shop:
    """A store. `language` is the first of its country's languages that the page knows."""

    store: str
    name: str
    country: str
    zone: str
    currency: str

    @property
    def language(self) -> str:
        """What the page speaks until somebody chooses."""
        return wording.best("kiosk", *get_official_languages(self.country, de_facto=True)).language

    def region(self, language: str) -> Region:
        """How amounts and times are written in this store for a language of the page."""
        return Region(self.currency, ZoneInfo(self.zone), locale_for(language, self.country))


def shop_with_code(connection: Connection, code: str) -> Shop:
    """The store with this code. Raises UnknownStoreError."""
    found = stores.get(connection, code)
    return Shop(
        store=found.code,
        name=found.name,
        country=found.country,
        zone=found.zone,
        currency=found.currency,
    )

"""The words of an offer: which message speaks, and its placeholders filled in.

Invariant: nothing here decides; a missing message never loses an offer, it only says less.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from offers.marketing.campaign import Message
from offers.model import CHANNELS, Channel
from offers.money import display


@dataclass(frozen=True, slots=True)
class Words:
    """A campaign's messages: for each channel by language, with `fallback` for a language that is missing."""

    tables: dict[Channel, dict[str, Message]]
    fallback: dict[Channel, Message]

    def choose(self, channel: Channel, language: str) -> Message:
        """The message for a channel in a language: the exact language before its base, then the fallback."""
        table = self.tables[channel]
        return table.get(language) or table.get(language.partition("-")[0]) or self.fallback[channel]


def compile_words(messages: Iterable[Message]) -> Words:
    """The messages, ready to choose from. In a language the channel's own goes before the one for all.

    Where a language is missing, English stands in, else the first language by name.
    """
    ordered = sorted(messages, key=lambda message: message.channel is not None)
    tables = {
        channel: {message.language: message for message in ordered if message.channel in {None, channel}}
        for channel in CHANNELS
    }
    anywhere = {message.language: message for message in ordered}
    return Words(tables, {channel: _fallback(table or anywhere) for channel, table in tables.items()})


def _fallback(table: dict[str, Message]) -> Message:
    return table.get("en") or table[min(table)]


class Facts(dict[str, str]):
    """What placeholders stand for. Prices are spelled only when a phrase names them."""

    __slots__ = ("amounts", "currency", "language")

    def __init__(
        self, product: str | None, currency: str, language: str, amounts: dict[str, int | None]
    ) -> None:
        super().__init__({"product": product} if product else {})
        self.currency, self.language, self.amounts = currency, language, amounts

    def say(self, phrase: str) -> str:
        """The phrase filled in, or nothing at all when it names something that is not known."""
        try:
            return phrase.format_map(self)
        except KeyError:
            return ""

    def __missing__(self, name: str) -> str:
        """The text of an amount, remembered."""
        amount_minor = self.amounts.get(name)
        if amount_minor is None:
            raise KeyError(name)
        text = self[name] = display(amount_minor, self.currency, self.language)
        return text

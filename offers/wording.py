"""The words of an offer: which message speaks, and its placeholders filled in.

Invariant: nothing here decides; a missing message never loses an offer, it only says less.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from offers.campaign import Message
from offers.model import Channel
from offers.money import display


@dataclass(frozen=True, slots=True)
class Words:
    """A campaign's messages by channel and language."""

    messages: dict[tuple[str | None, str], Message]
    fallback: Message

    def choose(self, channel: Channel, language: str) -> Message:
        """The message for a channel in a language: the language before its base, the channel's own first.

        Where the language is missing: English, then the first by name.
        """
        for tag in (language, language[:2], "en"):
            for asked in (channel, None):
                message = self.messages.get((asked, tag))
                if message is not None:
                    return message
        return self.fallback


def compile_words(messages: Iterable[Message]) -> Words:
    """The messages, ready to choose from."""
    found: dict[tuple[str | None, str], Message] = {
        (message.channel, message.language): message for message in messages
    }
    fallback = found[min(found, key=lambda key: (key[1], key[0] or ""))]
    return Words(found, fallback)


class Facts(dict[str, str]):
    """What placeholders stand for. Prices are spelled only when a phrase names them; an unknown is empty."""

    __slots__ = ("amounts", "currency", "language")

    def __init__(self, product: str, currency: str, language: str, amounts: dict[str, int | None]) -> None:
        super().__init__(product=product)
        self.currency, self.language, self.amounts = currency, language, amounts

    def __missing__(self, name: str) -> str:
        """The text of an amount, remembered."""
        amount_minor = self.amounts.get(name)
        text = "" if amount_minor is None else display(amount_minor, self.currency, self.language)
        self[name] = text
        return text

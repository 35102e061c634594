"""What the systems of a retailer wrote down about the people of a household, with the truth beside each
record.

Invariant: a row names the person it is about and every kind of mess that went into it, and a household's rows
depend on the world and the household only.
"""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from gateway.demo import numbers
from gateway.demo.handwriting import Draft, Writer
from gateway.demo.mess import Draw
from gateway.demo.world import Household, Person, World

_SALT = 101
_CARD_PASSED_ON_DAYS = 400


class Known(NamedTuple):
    """An identifier as a source gives it; `valid_to` is an ordinal day, 0 when the source does not say."""

    type: str
    value: str
    assurance: str
    valid_to: int = 0


class Statement(NamedTuple):
    """What a shopper said about one purpose, on an ordinal day."""

    purpose: str
    granted: bool
    day: int


class Row(NamedTuple):
    """One record, and the truth about it."""

    source: str
    key: str
    generation: int
    """2 for a card that somebody else had before."""
    person: int
    household: int
    mess: tuple[str, ...]
    attributes: dict[str, str]
    identifiers: tuple[Known, ...]
    consents: tuple[Statement, ...]
    day: int
    """When the source wrote it, as an ordinal day."""


def rows(world: World, home: Household, random: Random) -> list[Row]:
    """All records of a household's people. `random` is only a workplace: it is seeded anew."""
    random.seed(numbers.mix(world.seed, home.number, _SALT))
    desk = _Desk(world, home, random.random)
    return [row for person in home.people for row in desk.records(person)]


class _Desk:
    """Writes the records of one household."""

    def __init__(self, world: World, home: Household, draw: Draw) -> None:
        self._world, self._home, self._draw = world, home, draw
        self._rates, self._today = world.rates, world.today.toordinal()
        self._writer = Writer(world.rates, home, draw)

    def records(self, person: Person) -> Iterator[Row]:
        """The person's records: one at least."""
        draw, rates = self._draw, self._rates
        has_web, has_app, has_pos = draw() < rates.web, draw() < rates.app, draw() < rates.pos
        is_first = person.slot == 0
        passes_card_on = is_first and (self._home.gives_card or self._home.takes_card)
        has_card = passes_card_on or draw() < rates.loyalty or not (has_web or has_app or has_pos)
        if has_web:
            yield self._web(person)
            if draw() < rates.second_web:
                yield self._second_web(person)
        if has_card:
            if draw() < rates.second_card and not passes_card_on:
                yield self._replaced_card(person)
            yield self._card(person) if not passes_card_on else self._passed_card(person)
        if has_app:
            yield self._app(person)
        if has_pos:
            yield self._till(
                person, card=numbers.card(person.number) if has_card and not passes_card_on else ""
            )

    def _web(self, person: Person) -> Row:
        rates = self._rates
        draft = self._writer.online(person, self._day(1500), birth=rates.web_birth, address=rates.web_address)
        account = numbers.account(person.number)
        known = [Known("account_id", account, "authenticated")]
        self._contacts(
            draft, person, known, email=rates.web_email, phone=rates.web_phone, email_assurance="verified"
        )
        if self._draw() < rates.web_payment:
            known.append(self._payment(person))
        return self._row("web", account, person, draft, known, consents=self._consents(draft.day))

    def _second_web(self, person: Person) -> Row:
        rates = self._rates
        draft = self._writer.online(person, self._day(2500), birth=rates.web_birth, address=rates.web_address)
        account = numbers.account(person.number + numbers.FORMER_SLOT)
        draft.labels.append("second_account")
        known = [Known("account_id", account, "authenticated"), self._payment(person)]
        self._contacts(draft, person, known, email=0.3, phone=0.8, email_assurance="typed")
        return self._row("web", account, person, draft, known)

    def _app(self, person: Person) -> Row:
        rates = self._rates
        draft = self._writer.online(person, self._day(900), birth=rates.app_birth, address=rates.app_address)
        known = [
            Known("account_id", numbers.account(person.number), "authenticated"),
            Known("device", numbers.device(self._world.seed, person.number), "authenticated"),
        ]
        self._contacts(
            draft, person, known, email=rates.app_email, phone=rates.app_phone, email_assurance="verified"
        )
        return self._row("app", f"app-{numbers.account(person.number)}", person, draft, known)

    def _card(self, person: Person) -> Row:
        return self._loyalty(person, person.number, self._day(2200))

    def _replaced_card(self, person: Person) -> Row:
        return self._loyalty(
            person, person.number + numbers.FORMER_SLOT, self._day(2200) - 300, "replaced_card"
        )

    def _passed_card(self, person: Person) -> Row:
        """The card that went from one household to the next: the later one's record is the key's second
        generation.
        """
        first = (self._home.number - self._home.takes_card) * numbers.SLOTS
        if self._home.takes_card:
            day = self._day(_CARD_PASSED_ON_DAYS - 60)
            return self._loyalty(person, first, day, "reissued_card", generation=2)
        return self._loyalty(person, first, self._day(900) - _CARD_PASSED_ON_DAYS, "reissued_card")

    def _loyalty(
        self, person: Person, card_number: int, day: int, label: str = "", *, generation: int = 1
    ) -> Row:
        rates = self._rates
        draft = self._writer.form(person, day)
        if label:
            draft.labels.append(label)
        card = numbers.card(card_number)
        known = [Known("loyalty_card", card, "scanned")]
        self._contacts(
            draft, person, known, email=rates.card_email, phone=rates.card_phone, email_assurance="typed"
        )
        consents = self._consents(day)
        return self._row("loyalty", card, person, draft, known, consents=consents, generation=generation)

    def _till(self, person: Person, *, card: str) -> Row:
        draft = self._writer.till(person, self._day(1000))
        draw, rates, key = self._draw, self._rates, numbers.customer(person.number)
        known: list[Known] = []
        if card and draw() < rates.till_card:
            known.append(Known("loyalty_card", card, "scanned"))
        if draw() < rates.till_payment:
            known.append(self._payment(person))
        if draw() < rates.store_phone:
            draft.labels.append("store_phone")
            store = numbers.store_phone(self._home.country, int(draw() * 10))
            known.append(Known("phone", store, "typed"))
            self._contacts(draft, person, known, email=rates.till_email, phone=0.0, email_assurance="typed")
        else:
            self._contacts(
                draft, person, known, email=rates.till_email, phone=rates.till_phone, email_assurance="typed"
            )
        if draw() < rates.junk:
            self._writer.junk(draft)
            known = [identifier for identifier in known if identifier.type != draft.junk_type]
            if draft.junk_type:
                known.append(Known(draft.junk_type, draft.junk_value, "typed"))
        return self._row("pos", key, person, draft, known)

    def _contacts(
        self,
        draft: Draft,
        person: Person,
        known: list[Known],
        *,
        email: float,
        phone: float,
        email_assurance: str,
    ) -> None:
        if self._draw() < email and (address := self._writer.email(draft, person)):
            known.append(Known("email", address, email_assurance))
        if self._draw() < phone and (number := self._writer.phone(draft, person)):
            known.append(Known("phone", number, "typed", draft.phone_until))

    def _payment(self, person: Person) -> Known:
        return Known(
            "payment_reference", numbers.payment_reference(self._world.seed, person.number), "scanned"
        )

    def _consents(self, day: int) -> tuple[Statement, ...]:
        kind = self._draw()
        if kind < 0.15:
            return ()
        granted = Statement("cross_channel", granted=kind < 0.9, day=day)
        if kind >= 0.9:
            return (granted,)
        if kind > 0.85:
            return (granted, Statement("cross_channel", granted=False, day=min(self._today, day + 200)))
        return (granted, Statement("personal_offers", granted=kind < 0.8, day=day))

    def _day(self, within_days: int) -> int:
        return self._today - 1 - int(self._draw() * within_days)

    def _row(
        self,
        source: str,
        key: str,
        person: Person,
        draft: Draft,
        known: list[Known],
        *,
        consents: tuple[Statement, ...] = (),
        generation: int = 1,
    ) -> Row:
        return Row(
            source,
            key,
            generation,
            person.number,
            self._home.number,
            tuple(dict.fromkeys(draft.labels)),
            draft.attributes,
            tuple(known),
            consents,
            draft.day,
        )

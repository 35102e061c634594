"""How one system's clerks, forms and customers write a person down on a given day: what they leave out, what
they get wrong.

Each departure from the truth leaves its label on the draft.
"""

from dataclasses import dataclass
from datetime import date

from gateway.demo import mess, numbers
from gateway.demo.mess import Draw
from gateway.demo.rates import Rates
from gateway.demo.world import Household, Person


@dataclass(slots=True)
class Draft:
    """A record while it is being written."""

    day: int
    attributes: dict[str, str]
    labels: list[str]
    phone_until: int = 0
    junk_type: str = ""
    junk_value: str = ""


@dataclass(slots=True)
class Writer:
    """Writes drafts about the people of one household."""

    rates: Rates
    home: Household
    draw: Draw

    def online(self, person: Person, day: int, *, birth: float, address: float) -> Draft:
        """As the customer types it into the shop's form."""
        draft = self._start(person, day, suffix=0.6)
        self._address(draft, address, 1.0)
        self._birth(draft, person, birth)
        self._finish(draft)
        return draft

    def form(self, person: Person, day: int) -> Draft:
        """As a clerk copies it from the loyalty programme's paper form."""
        draft = self._start(person, day, suffix=0.75)
        draft.attributes["country"] = self.home.country.code
        self._address(draft, self.rates.card_address, 1.0)
        self._birth(draft, person, self.rates.card_birth)
        if self.draw() < 0.5:
            draft.attributes["sex"] = person.sex
        self._finish(draft)
        return draft

    def till(self, person: Person, day: int) -> Draft:
        """As a cashier types it while others wait: often one field for the name, rarely more of an address
        than its area.
        """
        draft = self._start(person, day, suffix=0.4)
        draft.attributes["country"] = self.home.country.code
        self._address(draft, self.rates.till_area, 0.3)
        self._finish(draft)
        attributes = draft.attributes
        if self.draw() < self.rates.one_field_name and "given_name" in attributes:
            given, family = attributes.pop("given_name"), attributes.pop("family_name")
            attributes["full_name"] = (
                f"{given} {family}" if self.draw() < 0.6 else f"{family.upper()}, {given.upper()}"
            )
        return draft

    def email(self, draft: Draft, person: Person) -> str:
        """The mailbox the person gives: the household's, where there is one, or their own."""
        if self.home.email and self.draw() < 0.4:
            draft.labels.append("family_email")
            return self.home.email
        if person.email and self.draw() < self.rates.plus_address:
            draft.labels.append("plus_address")
            name, _, host = person.email.partition("@")
            return f"{name}+shop@{host}"
        return person.email

    def phone(self, draft: Draft, person: Person) -> str:
        """The phone number the person gives on that day; `draft.phone_until` says when it ended, if the
        source knows.
        """
        if self.home.phone and self.draw() < 0.4:
            draft.labels.append("family_phone")
            number = self.home.phone
        elif draft.day >= person.phone_changed_on:
            number = person.phone
            if person.is_phone_recycled and not person.former_phone:
                draft.labels.append("recycled_phone")
        else:
            number = person.former_phone
            draft.phone_until = person.phone_changed_on if number and self.draw() < 0.5 else 0
            draft.labels.append("recycled_phone" if person.is_phone_recycled else "old_phone")
        if number and self.draw() < self.rates.national_phone and "country" in draft.attributes:
            return numbers.national(self.home.country, number)
        return number

    def junk(self, draft: Draft) -> None:
        """Whatever makes the till accept the form: a name, a phone or a mailbox that is nobody's."""
        draft.labels.append("junk")
        kind = self.draw()
        if kind < 0.4:
            draft.attributes.pop("given_name", None)
            draft.attributes.pop("full_name", None)
            draft.attributes["family_name"] = mess.junk_name(self.draw)
        elif kind < 0.75:
            draft.junk_type, draft.junk_value = "phone", mess.junk_phone(self.draw)
        else:
            draft.junk_type, draft.junk_value = "email", mess.junk_email(self.draw)

    def _start(self, person: Person, day: int, *, suffix: float) -> Draft:
        draft = Draft(day, {}, [])
        if person.is_twin:
            draft.labels.append("twins")
        if person.is_namesake:
            draft.labels.append("namesake")
        given, family = self._name(draft, person)
        draft.attributes["given_name"], draft.attributes["family_name"] = given, family
        if person.suffix:
            draft.labels.append("sr_jr")
            if self.draw() < suffix:
                draft.attributes["name_suffix"] = person.suffix
        return draft

    def _name(self, draft: Draft, person: Person) -> tuple[str, str]:
        given, family, rates = person.given, person.family, self.rates
        if person.maiden and draft.day < person.married_on:
            draft.labels.append("maiden_name")
            family = person.maiden
        if person.script is not None:
            if self.draw() < rates.native:
                draft.labels.append("other_script")
                script = person.script
                return script.native_given.get(given, given), script.native_surnames.get(family, family)
        elif not (given.isascii() and family.isascii()) and self.draw() < rates.folded:
            draft.labels.append("diacritics")
            given, family = mess.folded(given), mess.folded(family)
        kind = self.draw()
        if kind < rates.nickname:
            if nicknames := self.home.country.nicknames.get(person.given):
                draft.labels.append("nickname")
                given = nicknames[int(self.draw() * len(nicknames))]
        elif kind < rates.nickname + rates.initial:
            draft.labels.append("initial")
            given = f"{given[0]}."
        elif kind < rates.nickname + rates.initial + rates.swapped:
            draft.labels.append("swapped_name")
            given, family = family, given
        return given, family

    def _address(self, draft: Draft, whole: float, street: float) -> None:
        """City and postcode with probability `whole`, then the street with probability `street`."""
        if self.draw() >= whole:
            return
        home, attributes = self.home, draft.attributes
        address = home.address
        if home.former_address is not None and draft.day < home.moved_on:
            draft.labels.append("moved")
            address = home.former_address
        attributes["city"], attributes["postcode"] = address.city, address.postcode
        attributes["country"] = home.country.code
        if self.draw() >= street:
            return
        attributes["region"] = address.region
        attributes["street_number"] = address.street_number
        attributes["street"] = address.street
        if self.draw() < self.rates.abbreviated:
            draft.labels.append("abbreviation")
            attributes["street"] = mess.abbreviated(address.street, home.country.abbreviations)
        if address.unit and self.draw() < 0.7:
            attributes["unit"] = address.unit

    def _birth(self, draft: Draft, person: Person, known: float) -> None:
        if self.draw() >= known:
            return
        text = date.fromordinal(person.born).isoformat()
        if self.draw() < self.rates.date_swap and (swapped := mess.swapped_date(text)) != text:
            draft.labels.append("date_swap")
            text = swapped
        draft.attributes["date_of_birth"] = text

    def _finish(self, draft: Draft) -> None:
        """Spoils or drops something of what was written."""
        kind = self.draw()
        if kind < self.rates.typo:
            if self.draw() < 0.75:
                self._typo(draft)
            else:
                self._typo_in_numbers(draft)
        elif kind < self.rates.typo + self.rates.missing:
            self._drop(draft)

    def _typo(self, draft: Draft) -> None:
        attributes = draft.attributes
        fields = [name for name in ("given_name", "family_name", "street", "city") if name in attributes]
        name = fields[int(self.draw() * len(fields))]
        label, spoil = mess.TYPOS[int(self.draw() * len(mess.TYPOS))]
        if (spoiled := spoil(self.draw, attributes[name])) != attributes[name]:
            draft.labels.append(label)
            attributes[name] = spoiled

    def _typo_in_numbers(self, draft: Draft) -> None:
        attributes = draft.attributes
        fields = [name for name in ("date_of_birth", "street_number", "postcode") if name in attributes]
        if not fields:
            self._typo(draft)
            return
        name = fields[int(self.draw() * len(fields))]
        spoiled = mess.digit(self.draw, attributes[name])
        if name != "date_of_birth" or _is_date(spoiled):
            draft.labels.append("typo_digit")
            attributes[name] = spoiled

    def _drop(self, draft: Draft) -> None:
        attributes = draft.attributes
        kind = self.draw()
        draft.labels.append("missing")
        if kind < 0.4:
            for name in ("street", "street_number", "unit", "region"):
                attributes.pop(name, None)
        elif kind < 0.7:
            attributes.pop("date_of_birth", None)
        else:
            attributes.pop("given_name", None)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

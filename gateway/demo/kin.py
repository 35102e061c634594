"""Who makes up a household: singles, couples, families with grown children, twins, fathers and sons of one
name.
"""

from gateway.demo import names, numbers, places
from gateway.demo.lists import Country
from gateway.demo.mess import Draw
from gateway.demo.names import Head
from gateway.demo.world import Person, World

PEOPLE_MOST = 7


class Kin:
    """The members of one household while they are drawn, one after the other."""

    def __init__(self, world: World, number: int, country: Country, head: Head, draw: Draw) -> None:
        self.people: list[Person] = []
        self._world, self._country, self._head, self._draw = world, country, head, draw
        self._today = world.today.toordinal()
        self._first_number = number * numbers.SLOTS

    def fill(self) -> list[Person]:
        """Draws the kind of household and its people, and returns them."""
        rates, head, draw = self._world.rates, self._head, self._draw
        kind = draw()
        if (kind := kind - rates.household_single) < 0:
            self._add(head.sex, self._born(18, 88), given=head.given, family=head.family)
        elif (kind := kind - rates.household_couple) < 0:
            first = self._add(head.sex, self._born(24, 84), given=head.given, family=head.family)
            self._marry(first, born=first.born + int((draw() - 0.5) * 3000))
        elif (kind := kind - rates.household_family) < 0:
            self._family(has_partner=True)
        elif (kind := kind - rates.household_single_parent) < 0:
            self._family(has_partner=False)
        elif kind < rates.household_three_generations:
            self._family(has_partner=True)
            self._add("f", self._born(72, 92), family=head.family)
        else:
            self._flat()
        return self.people

    def _flat(self) -> None:
        self._add(self._head.sex, self._born(20, 34), given=self._head.given, family=self._head.family)
        for _ in range(1 + int(self._draw() * 3)):
            self._add("f" if self._draw() < 0.5 else "m", self._born(20, 34))

    def _family(self, *, has_partner: bool) -> None:
        """One or two parents and one to three grown children."""
        head, draw = self._head, self._draw
        first = self._add(head.sex, self._born(44, 62), given=head.given, family=head.family)
        if has_partner:
            self._marry(first, born=self._born(44, 62))
        parents = len(self.people)
        for _ in range(1 + int(draw() * 2.4)):
            self._child(parents)

    def _marry(self, first: Person, *, born: int) -> None:
        """A partner, who in some countries and most couples bears the same surname since the wedding."""
        head, draw = self._head, self._draw
        takes_name = not head.origin.double_surnames and draw() < self._world.rates.married_new_name
        partner = self._add("m" if first.sex == "f" else "f", born, family=head.family if takes_name else "")
        if takes_name:
            wife = partner if partner.sex == "f" else first
            self.people[wife.slot] = wife._replace(
                maiden=names.gendered(head.origin, names.surname(head.origin, head.script, draw), "f"),
                married_on=self._today - 200 - int(draw() * 3000),
            )

    def _child(self, parents: int) -> None:
        """A grown child; sometimes the twin of the one before, sometimes a son called like his father."""
        draw, rates, family = self._draw, self._world.rates, self._head.family
        before = self.people[-1] if len(self.people) > parents else None
        if before and not before.is_twin and not before.suffix and draw() < rates.family_twins:
            self.people[before.slot] = before._replace(is_twin=True)
            self._add("f" if draw() < 0.5 else "m", before.born, family=family, is_twin=True)
            return
        father = next((parent for parent in self.people[:parents] if parent.sex == "m"), None)
        if father and not father.suffix and draw() < rates.family_same_name:
            self.people[father.slot] = father._replace(suffix="Sr")
            self._add("m", self._born(15, 24), given=father.given, family=father.family, suffix="Jr")
            return
        self._add("f" if draw() < 0.5 else "m", self._born(15, 24), family=family)

    def _add(
        self,
        sex: str,
        born: int,
        *,
        given: str = "",
        family: str = "",
        suffix: str = "",
        is_twin: bool = False,
    ) -> Person:
        """One more person; names that are not given are drawn, a given name unlike those already in the
        household.
        """
        head, draw, country, seed = self._head, self._draw, self._country, self._world.seed
        given = given or self._new_given(sex)
        family = names.gendered(head.origin, family or names.surname(head.origin, head.script, draw), sex)
        number = self._first_number + len(self.people)
        person = Person(
            number,
            given,
            family,
            sex,
            born,
            suffix,
            is_twin,
            head.script,
            numbers.phone(country, seed, number) if draw() < 0.96 else "",
            places.mailbox(given, family, number, draw) if draw() < 0.94 else "",
        )
        if draw() < 0.08:
            person = person._replace(
                former_phone=numbers.phone(country, seed, number + numbers.FORMER_SLOT),
                phone_changed_on=self._today - 60 - int(draw() * 900),
            )
        self.people.append(person)
        return person

    def _born(self, least_years: int, most_years: int) -> int:
        """A birthday between these ages, as an ordinal day."""
        return self._today - int((least_years + self._draw() * (most_years - least_years)) * 365.25)

    def _new_given(self, sex: str) -> str:
        given, taken = "", {person.given for person in self.people}
        for _ in range(8):
            given = names.given(self._head.origin, self._head.script, sex, self._draw)
            if given not in taken:
                break
        return given

"""The names that a household's people are given, and the one draw that a namesake repeats."""

from typing import NamedTuple

from gateway.demo import lists, places
from gateway.demo.lists import City, Country, Script
from gateway.demo.mess import Draw
from gateway.demo.world import MIX, World


class Head(NamedTuple):
    """Who a household is built around: the first draws of every household, so that a namesake can repeat
    them.
    """

    city: City
    origin: Country
    script: Script | None
    sex: str
    given: str
    family: str


def head(world: World, country: Country, draw: Draw) -> Head:
    """Somebody in this country, mostly with a name of this country."""
    city, origin, script = places.city(country, draw), country, None
    stranger = draw()
    if stranger < world.rates.other_script:
        scripts = lists.scripts()
        script = scripts[int(draw() * len(scripts))]
    elif stranger < world.rates.other_script + world.rates.foreign_origin:
        origin = lists.country(MIX[int(draw() * len(MIX))][0])
    sex = "f" if draw() < 0.52 else "m"
    family = surname(origin, script, draw)
    return Head(city, origin, script, sex, given(origin, script, sex, draw), gendered(origin, family, sex))


def given(origin: Country, script: Script | None, sex: str, draw: Draw) -> str:
    """A given name."""
    names = (script or origin).female if sex == "f" else (script or origin).male
    return names[int(draw() * len(names))]


def surname(origin: Country, script: Script | None, draw: Draw) -> str:
    """A surname as a man bears it."""
    if script:
        return script.surnames[int(draw() * len(script.surnames))]
    if draw() < origin.surname_tail:
        root = origin.surname_roots[int(draw() * len(origin.surname_roots))]
        return root + origin.surname_endings[int(draw() * len(origin.surname_endings))]
    name = origin.surnames[int(draw() * len(origin.surnames))]
    return f"{name} {origin.surnames[int(draw() * len(origin.surnames))]}" if origin.double_surnames else name


def gendered(origin: Country, name: str, sex: str) -> str:
    """The surname as a woman or a man of that country bears it."""
    for man, woman in origin.feminine:
        if sex == "f" and name.endswith(man):
            return name[: -len(man)] + woman
        if sex == "m" and name.endswith(woman):
            return name[: -len(woman)] + man
    return name

"""A file of people as untidy as files are: variants of a few, in several scripts, empty, very long."""

import csv
import random
from pathlib import Path

COLUMNS = (
    "key",
    "given_name",
    "middle_name",
    "family_name",
    "name_suffix",
    "full_name",
    "organisation_name",
    "date_of_birth",
    "sex",
    "street",
    "street_number",
    "city",
    "region",
    "postcode",
    "email",
    "phone",
    "phone_2",
    "loyalty_card",
    "national_id",
    "x_club",
)
GIVEN = ("Anna", "Hans Peter", "Bob", "Robert", "José", "Łukasz", "李", "Ольга", "J.", "A", "", "Anna" * 30)
FAMILY = (
    "Müller",
    "Mueller",
    "van der Berg",
    "Huber-Maier",
    "O'Neill",
    "Çelik",
    "Smith",
    "",
    "Schmidt",
    "X" * 150,
)
STREETS = ("Hauptstraße 5", "Hauptstr. 5", "Ring 12/4", "", "東京都", "7")
CITIES = ("Wien", "Köln", "São Paulo", "", "Graz")


def row(chance: random.Random, number: int, people: int) -> list[str]:
    """One of so many people, with typing errors and gaps."""
    own = random.Random(chance.randrange(people))
    given, family = own.choice(GIVEN), own.choice(FAMILY)
    born = f"{own.randrange(1930, 2010)}-{own.randrange(1, 13):02}-{own.randrange(1, 29):02}"
    local, domain = (
        own.choice(("anna", "o.huber", "x+shop", "hm77")),
        own.choice(("gmail.com", "web.example.org")),
    )
    mail = f"{local}{own.randrange(9)}@{domain}"
    phones = [f"+43660{own.randrange(10**6, 10**7)}" for _ in range(2)]
    club, card, number_for_life = (
        own.choice(("gold", "red", "")),
        str(own.randrange(10**9)),
        own.randrange(10**7),
    )
    has_full, has_company = own.random() < 0.1, own.random() < 0.05
    values = [
        "" if has_full else _typo(chance, given),
        own.choice(("", "", "Maria", "K")),
        "" if has_full else _typo(chance, family),
        own.choice(("", "", "", "jr", "sr")),
        f"{given} {family}" if has_full else "",
        "Kunz & Söhne GmbH" if has_company else "",
        _typo(chance, born),
        own.choice(("f", "m", "")),
        _typo(chance, own.choice(STREETS)),
        own.choice(("", "", "9", "12a")),
        own.choice(CITIES),
        own.choice(("", "NÖ")),
        own.choice(("1010", "8010", "50667", "")),
        _typo(chance, mail),
        phones[0],
        phones[1] if chance.random() < 0.3 else "",
        card if chance.random() < 0.3 else "",
        f"{number_for_life:07}" if chance.random() < 0.3 else "",
        club,
    ]
    return [f"k{number:05}", *("" if chance.random() < 0.2 else value for value in values)]


def written(chance: random.Random, path: Path, *, count: int) -> Path:
    """So many rows as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(row(chance, number, max(2, count // 3)) for number in range(count))
    return path


def _typo(chance: random.Random, text: str) -> str:
    if len(text) < 3 or chance.random() > 0.25:
        return text
    place = chance.randrange(len(text) - 1)
    kind = chance.randrange(3)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + chance.choice("aeiou17") + text[place + 1 :]

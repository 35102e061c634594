"""What to try first: three commands with working keys, and what each must answer.

Keys are shown once and stored as digests, so the demo's own are kept in a file beside the database
(`demo.json`, readable by its owner only): `o2o run` prints the guide at every start.
"""

import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from gateway.access import keys, store_keys
from gateway.demo import story
from gateway.demo.story import Story
from gateway.settings import Settings
from offers.money import Money, write

FILE = "demo.json"


class Item(NamedTuple):
    """A line of the basket in the guide."""

    sku: str
    title: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Guide:
    """Who stands where with which basket, and what she should get."""

    store: str
    store_name: str
    currency: str
    tax: str
    card: str
    email: str
    items: tuple[Item, ...]
    offer: str
    discount_minor: int
    keys: Mapping[str, str] = field(repr=False)


class Step(NamedTuple):
    """One thing to try."""

    title: str
    command: str
    expect: str


def of(
    told: Story, *, store_name: str, currency: str, tax: str, offer: str, keys: Mapping[str, str]
) -> Guide:
    """The guide to a story. `offer` is the id under which the till books the deal."""
    items = tuple(Item(one.sku, one.title, one.price_minor) for one in (told.wanted, *told.others))
    return Guide(
        told.store,
        store_name,
        currency,
        tax,
        story.CARD,
        story.EMAIL,
        items,
        offer,
        told.discount_minor,
        keys,
    )


def path(settings: Settings) -> Path:
    """Where the guide of this installation is kept."""
    return settings.home / FILE


def save(settings: Settings, guide: Guide) -> None:
    """Keeps the guide for later starts, for its owner only."""
    place = path(settings)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(guide), file, ensure_ascii=False, indent=2)
    fresh.replace(place)


def read(settings: Settings) -> Guide | None:
    """The guide of this installation; None where no demo was loaded."""
    try:
        kept: dict[str, Any] = json.loads(path(settings).read_text(encoding="utf-8"))
        kept["items"] = tuple(Item(*item) for item in kept["items"])
        return Guide(**kept)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def belongs_here(connection: Connection, guide: Guide | None) -> bool:
    """Whether the guide is about this database: DATABASE_URL may name another one than back then."""
    parts = keys.split(guide.keys["till"]) if guide is not None else None
    return parts is not None and store_keys.find(connection, parts[0]) is not None


def steps(guide: Guide, *, url: str, today: date) -> tuple[Step, ...]:
    """The three commands against the gateway at `url`, on this business day."""
    discount = write(Money(guide.discount_minor, guide.currency))
    wanted = guide.items[0]
    receipt = {
        "store": guide.store,
        "terminal": story.TERMINAL,
        "business_day": today.isoformat(),
        "number": story.RECEIPT,
    }
    return (
        Step(
            "Who is this?",
            _curl(
                f"{url}/v1/profiles/lookup",
                guide.keys["web"],
                {"identifiers": [{"type": "email", "value": guide.email}]},
            ),
            'status "known": one profile for her online account, her card and her phone number',
        ),
        Step(
            "The till scans her card and holds what she may have",
            _curl(f"{url}/v1/offers/query", guide.keys["till"], query(guide, receipt)),
            f'an effect on line "1" ({wanted.title}): {discount} off, as it was in her cart; held for her',
        ),
        Step(
            "She pays: the receipt books the deal (send it twice, nothing more happens)",
            _curl(f"{url}/v1/transactions", guide.keys["till"], sale(guide, receipt)),
            f'a redemption, state "committed", {discount} granted; till and kiosk offer it no more',
        ),
    )


def query(guide: Guide, receipt: Mapping[str, str]) -> dict[str, Any]:
    """The till's question about her basket."""
    return {
        "transaction": dict(receipt),
        "revision": 1,
        "mode": "reserve",
        "channel": "till",
        "language": "en",
        "shoppers": [{"scan": guide.card}],
        "basket": _basket(guide),
    }


def sale(guide: Guide, receipt: Mapping[str, str]) -> dict[str, Any]:
    """The receipt, with the deal that was given on its first line."""
    return {
        "transaction": dict(receipt),
        "kind": "sale",
        # The first second of the day: past at whatever hour this is sent, and the same when it is sent again.
        "occurred_at": f"{receipt['business_day']}T00:00:01Z",
        "shoppers": [{"scan": guide.card}],
        "basket": _basket(guide),
        "applied": [{"offer": guide.offer, "line": "1", "quantity": "1", "amount": guide.discount_minor}],
    }


def _basket(guide: Guide) -> dict[str, Any]:
    return {
        "currency": guide.currency,
        "tax": guide.tax,
        "lines": [
            {"line": str(number), "sku": item.sku, "quantity": "1", "amount": item.amount_minor}
            for number, item in enumerate(guide.items, start=1)
        ],
    }


def text(guide: Guide, *, url: str, today: date, pairing_code: str | None = None) -> str:
    """The guide as the terminal shows it; without a pairing code it names the command that makes one."""
    pair = (
        f"pairing code {pairing_code}" if pairing_code else f"pair it: o2o kiosk pair --store {guide.store}"
    )
    parts = [
        f"Katherine left “{guide.items[0].title}” in her online cart. Now she stands in {guide.store_name}.",
        f"Kiosk             {url}/kiosk  ({pair})",
        f"Her loyalty card  {guide.card}  (paste it on the kiosk's page: that is what a scanner does)",
    ]
    parts += [
        f"{number}. {step.title}\n{step.command}\n   -> {step.expect}"
        for number, step in enumerate(steps(guide, url=url, today=today), start=1)
    ]
    return "\n\n".join(parts)


def _curl(url: str, key: str, body: Mapping[str, Any]) -> str:
    sent = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return (
        f"curl -s {url} -H 'Authorization: Bearer {key}' \\\n"
        f"  -H 'Content-Type: application/json' -d {shlex.quote(sent)}"
    )

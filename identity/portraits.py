"""Profiles as a whole, one after the other: what is said of them, what they agreed to, what happened to them.

For what is worked out behind the scenes, where nobody waits; no value that names a person leaves here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.reading import profiles, store_portraits
from identity.rights import consent

TELLING: Final = frozenset({"country", "postcode", "city", "language", "gender"})
"""Attributes that may speak for many; a name or an address would speak for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """A profile by the number of its oldest record. `events`: the newest instant of each kind."""

    profile_no: int
    tier: str | None
    personal: bool
    attributes: Mapping[str, str]
    consents: frozenset[str]
    events: Mapping[str, datetime]


def page(connection: Connection, ctx: Context, *, after: int, limit: int) -> tuple[Portrait, ...]:
    """The profiles after a number, in order."""
    found = []
    for head in store_portraits.heads_after(connection, after, limit):
        view = profiles.view(connection, ctx, head.id)
        said = {one.attribute: one.value for one in view.attributes if one.attribute in TELLING}
        agreed = consent.state(connection, ctx, head.id)
        found.append(
            Portrait(
                profile_no=head.profile_no,
                tier=head.tier,
                personal=head.personal,
                attributes=said,
                consents=frozenset(purpose for purpose, is_granted in agreed.items() if is_granted),
                events=store_portraits.newest_events(connection, head.members),
            )
        )
    return tuple(found)

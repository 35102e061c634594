"""Profiles as they may be shown, and why they are what they are.

Explanations carry rules, types and weights, and record ids; no value of a shopper.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import Head, ProfileView, RecordView
from identity.answers import Survivor as SurvivorView
from identity.context import Context
from identity.model import ADDRESS
from identity.policy import Criterion
from identity.reading import explanation, readers, store_profiles, survive
from identity.reading.explanation import Show
from identity.reading.readers import Opened
from identity.reading.survive import Sighting, Survivor


def view(connection: Connection, ctx: Context, profile: UUID) -> ProfileView:
    """The profile that any of its record ids asks for. Raises UnknownProfileError, ErasedError."""
    head = readers.head(connection, profile)
    opened = readers.opened(connection, ctx, head.members)
    ids = {each.record.ref: each.row.id for each in opened}
    shown = {(each.type, each.value): each for one in opened for each in readers.identifiers(one.record)}
    return ProfileView(
        profile=head.id,
        profile_no=head.profile_no,
        channel=head.channel,
        personal=head.personal,
        tier=head.tier,
        staff=head.staff,
        members=tuple(head.members),
        limit_members=readers.person_of(head),
        attributes=tuple(
            SurvivorView(
                each.attribute,
                each.value,
                each.source.source,
                ids[each.source],
                _reason(each),
                each.observed_at,
            )
            for each in survive.survivors(sightings(opened, ctx), ctx.policy.survivorship)
        ),
        identifiers=tuple(shown[key] for key in sorted(shown)),
    )


def heads(connection: Connection, record_nos: Collection[int]) -> tuple[Head, ...]:
    """The profiles that these records belong to, each once, as offers need to know them."""
    return tuple(
        Head(
            row.profile_no,
            str(row.id),
            row.person_no,
            tuple(row.members),
            readers.person_of(row),
            row.channel,
            row.personal,
            row.staff,
            row.tier,
        )
        for row in store_profiles.heads_of_records(connection, record_nos)
    )


def records(connection: Connection, ctx: Context, profile: UUID) -> tuple[RecordView, ...]:
    """The records of a profile, oldest first. Raises as `view`."""
    head = readers.head(connection, profile)
    return tuple(readers.view(each) for each in readers.opened(connection, ctx, head.members))


def how(connection: Connection, ctx: Context, profile: UUID) -> dict[str, Any]:
    """The ordered joins that made the profile's person, and what was refused. Raises as `view`."""
    head = readers.head(connection, profile)
    return explanation.how(connection, ctx, head.id, readers.person_of(head))


def why(
    connection: Connection, ctx: Context, left: UUID, right: UUID, *, show: Show | None = None
) -> dict[str, Any]:
    """What speaks for and against two records being one shopper, with values if it is said how to show them.

    Raises as `view`.
    """
    numbers = readers.live(connection, left), readers.live(connection, right)
    return explanation.why(connection, ctx, *numbers, show=show)


def sightings(opened: list[Opened], ctx: Context) -> list[Sighting]:
    """Records as survivorship weighs them."""
    return [
        Sighting(each.record, ctx.policy.sources[each.row.source].trust, each.row.observed_at)
        for each in opened
    ]


def _reason(survivor: Survivor) -> str:
    said = "said by one record" if survivor.records == 1 else f"said by {survivor.records} records"
    if survivor.decided_by is None:
        return said
    if survivor.attribute in ADDRESS:
        return f"{said}; an address is taken whole, this one as {_ADDRESS_DECIDED[survivor.decided_by]}"
    return f"{said}, {_DECIDED[survivor.decided_by]}"


_DECIDED: Final = {
    Criterion.WHOLE: "and others only give an initial or a part",
    Criterion.TRUST: "from the most trusted source",
    Criterion.RECENCY: "the one seen last",
    Criterion.FREQUENCY: "more than say anything else",
    Criterion.COMPLETENESS: "the most complete",
}

_ADDRESS_DECIDED: Final = {
    Criterion.WHOLE: "the one that names a street",
    Criterion.TRUST: "the most trusted source's",
    Criterion.RECENCY: "the one seen last",
    Criterion.FREQUENCY: "the one that most records say",
    Criterion.COMPLETENESS: "the most complete",
}

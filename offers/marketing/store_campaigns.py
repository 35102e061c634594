"""Reads and writes campaigns, their versions and who changed them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from offers.errors import InvalidCampaignError
from offers.marketing.campaign import Campaign, Entry
from offers.marketing.campaign_format import parse
from offers.marketing.campaign_reader import Problems
from offers.tables import campaign, campaign_change, campaign_version


class Stored(NamedTuple):
    """A campaign's state. `version` is the newest, `live_version` the one that is served while it is live."""

    campaign_no: int
    id: str
    state: str
    version: int
    live_version: int | None
    created_at: datetime
    changed_at: datetime


class Change(NamedTuple):
    """Who did what to a campaign, when and why."""

    action: str
    version: int | None
    catalogue: int | None
    author: str
    at: datetime
    reason: str | None


_COLUMNS = tuple(campaign.c[name] for name in Stored._fields)


def ensure(connection: Connection, campaign_id: str, *, at: datetime) -> None:
    """Make a draft without a version when there is no campaign of this id."""
    connection.execute(
        upsert(campaign).values(id=campaign_id, created_at=at, changed_at=at).on_conflict_do_nothing()
    )


def read(connection: Connection, campaign_id: str, *, lock: bool = False) -> Stored | None:
    """The campaign, locked against other changes if asked."""
    query = select(*_COLUMNS).where(campaign.c.id == campaign_id)
    row = connection.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
    return Stored(*row) if row is not None else None


def page(connection: Connection, *, after: str, limit: int, state: str | None) -> tuple[Stored, ...]:
    """Campaigns in the order of their ids."""
    query = select(*_COLUMNS).where(campaign.c.id > after, campaign.c.version > 0)
    if state is not None:
        query = query.where(campaign.c.state == state)
    return tuple(Stored(*row) for row in connection.execute(query.order_by(campaign.c.id).limit(limit)))


def digest(connection: Connection, stored: Stored) -> bytes:
    """The digest of the newest version."""
    return bytes(connection.execute(_of(stored, stored.version, campaign_version.c.digest)).scalar_one())


def content(connection: Connection, stored: Stored, version: int) -> Mapping[str, object]:
    """A version's document."""
    found: Mapping[str, object] = connection.execute(
        _of(stored, version, campaign_version.c.content)
    ).scalar_one()
    return found


def parsed(connection: Connection, stored: Stored, version: int) -> Campaign:
    """A version's campaign. Raises InvalidCampaignError when today's rules no longer allow it."""
    return document_campaign(content(connection, stored, version))


def add_version(
    connection: Connection,
    stored: Stored,
    document: Mapping[str, object],
    content_digest: bytes,
    *,
    author: str,
    at: datetime,
) -> None:
    """Write the next version of a locked campaign."""
    connection.execute(
        insert(campaign_version).values(
            campaign_no=stored.campaign_no,
            version=stored.version + 1,
            content=document,
            digest=content_digest,
            author=author,
            at=at,
        )
    )
    connection.execute(
        update(campaign)
        .where(campaign.c.campaign_no == stored.campaign_no)
        .values(version=stored.version + 1, changed_at=at)
    )


def set_state(
    connection: Connection, stored: Stored, state: str, *, at: datetime, live_version: int | None
) -> None:
    """Move a locked campaign to a state."""
    connection.execute(
        update(campaign)
        .where(campaign.c.campaign_no == stored.campaign_no)
        .values(state=state, live_version=live_version, changed_at=at)
    )


def add_change(connection: Connection, stored: Stored, change: Change) -> None:
    """Remember who did what."""
    connection.execute(insert(campaign_change).values(campaign_no=stored.campaign_no, **change._asdict()))


def changes(connection: Connection, stored: Stored) -> tuple[Change, ...]:
    """What was done to a campaign, oldest first."""
    columns = [campaign_change.c[name] for name in Change._fields]
    rows = connection.execute(
        select(*columns)
        .where(campaign_change.c.campaign_no == stored.campaign_no)
        .order_by(campaign_change.c.change_no)
    )
    return tuple(Change(*row) for row in rows)


_LIVE = text("""
    SELECT c.campaign_no, v.version, v.content
      FROM offers.campaign AS c
      JOIN offers.campaign_version AS v ON v.campaign_no = c.campaign_no AND v.version = c.live_version
     WHERE c.state = 'live' AND c.campaign_no > :after
       AND (CAST(:only AS bigint[]) IS NULL OR c.campaign_no = ANY (CAST(:only AS bigint[])))
     ORDER BY c.campaign_no
     LIMIT :limit
""")
_SERVED = text("SELECT campaign_no, live_version FROM offers.campaign WHERE state = 'live'")
_BATCH = 200


def served(connection: Connection) -> dict[int, int]:
    """The version of every live campaign, by number."""
    return {row.campaign_no: row.live_version for row in connection.execute(_SERVED)}


def live(connection: Connection, only: Collection[int] | None = None) -> Iterator[Entry]:
    """The live campaigns, or those among these numbers. A few hundred documents at a time are in memory, for
    there may be thousands.
    """
    after = 0
    asked = {"limit": _BATCH, "only": list(only) if only is not None else None}
    while rows := connection.execute(_LIVE, {"after": after, **asked}).all():
        for row in rows:
            after = row.campaign_no
            yield Entry(row.campaign_no, row.version, document_campaign(row.content))


# As `Audience.asks_for_traits` says, and the triggers `Happened` and `Away`, spelled as documents spell them.
_ASKS = text("""
    SELECT EXISTS (
        SELECT FROM offers.campaign AS c
          JOIN offers.campaign_version AS v ON v.campaign_no = c.campaign_no AND v.version = c.live_version
         WHERE c.state = 'live'
           AND (v.content -> 'audience' ?| ARRAY[
                    'segments', 'without_segments', 'regions', 'attributes', 'consents', 'last_visit']
                OR v.content -> 'trigger' ?| ARRAY['event', 'lapse']))
""")


def asks_for_traits(connection: Connection) -> bool:
    """Whether a live campaign asks more of a person than what she wants. Reads them all."""
    return bool(connection.execute(_ASKS).scalar_one())


_LAST = text("""
    SELECT c.campaign_no, v.version, v.content
      FROM offers.campaign AS c
      JOIN offers.campaign_version AS v
        ON v.campaign_no = c.campaign_no AND v.version = coalesce(c.live_version, c.version)
     WHERE c.campaign_no = ANY (:numbers)
""")


def last(connection: Connection, campaign_nos: Collection[int]) -> list[Entry]:
    """These campaigns as they are served or were last, live or not. Raises InvalidCampaignError."""
    rows = connection.execute(_LAST, {"numbers": list(campaign_nos)})
    return [Entry(row.campaign_no, row.version, document_campaign(row.content)) for row in rows]


def numbers(connection: Connection, campaign_ids: list[str]) -> dict[str, int]:
    """Campaign numbers by id; unknown ids are left out."""
    rows = connection.execute(
        select(campaign.c.id, campaign.c.campaign_no).where(campaign.c.id.in_(campaign_ids))
    )
    return {row.id: row.campaign_no for row in rows}


def ids(connection: Connection, campaign_nos: list[int]) -> dict[int, str]:
    """Campaign ids by number."""
    rows = connection.execute(
        select(campaign.c.id, campaign.c.campaign_no).where(campaign.c.campaign_no.in_(campaign_nos))
    )
    return {row.campaign_no: row.id for row in rows}


def _of(stored: Stored, version: int, column: Any) -> Any:
    return select(column).where(
        campaign_version.c.campaign_no == stored.campaign_no, campaign_version.c.version == version
    )


def document_campaign(document: Mapping[str, object]) -> Campaign:
    """A stored document's campaign. Raises InvalidCampaignError when today's rules no longer allow it."""
    found = parse(document)
    if isinstance(found, Problems):
        raise InvalidCampaignError(found.sentences)
    return found


_VERSIONS = text("""
    SELECT DISTINCT ON (k.campaign_no) k.campaign_no, k.version
      FROM offers.campaign_change AS k JOIN offers.campaign AS c USING (campaign_no)
     WHERE c.id = ANY (:names) AND k.catalogue <= :catalogue
     ORDER BY k.campaign_no, k.change_no DESC
""")
_CONTENTS = text("""
    SELECT v.campaign_no, v.version, v.content
      FROM offers.campaign_version AS v
      JOIN unnest(CAST(:numbers AS bigint[]), CAST(:versions AS integer[])) AS w (campaign_no, version)
     USING (campaign_no, version)
""")


def entries(connection: Connection, names: Iterable[str], *, catalogue: int) -> list[Entry]:
    """These campaigns in the versions that a catalogue served. Raises InvalidCampaignError."""
    asked: Mapping[str, Any] = {"names": sorted(names), "catalogue": catalogue}
    rows = connection.execute(_VERSIONS, asked).all()
    wanted = {"numbers": [row.campaign_no for row in rows], "versions": [row.version for row in rows]}
    return [
        Entry(row.campaign_no, row.version, document_campaign(row.content))
        for row in connection.execute(_CONTENTS, wanted)
    ]

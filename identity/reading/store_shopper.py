"""Read 1 of an offer query: from identifiers over members to the heads of profiles."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from identity import driver
from identity.driver import array

TYPES: Final = "bigint[], integer[], timestamptz"
"""What `HITS` is given: digests, beside each how many rows may be read under it, and the moment."""

COLUMNS: Final = (
    *("nth", "token", "assurance", "is_valid", "profile_no", "id", "person_no"),
    *("members", "limit_members", "channel", "personal", "staff", "tier"),
)
"""What `HITS` and `ONE_HITS` return."""

_COLUMNS: Final = """
    i.token, i.assurance,
    (i.valid_from IS NULL OR i.valid_from <= $3) AND (i.valid_to IS NULL OR i.valid_to > $3) AS is_valid,
    p.profile_no, p.id::text, p.person_no, p.members, p.limit_members, p.channel, p.personal, p.staff, p.tier
"""
_HEADS: Final = """
      JOIN identity.member AS m ON m.record_no = i.record_no
      JOIN identity.profile AS p ON p.profile_no = m.profile_no
"""

HITS: Final = f"""
    SELECT asked.nth, {_COLUMNS}
      FROM unnest($1, $2) WITH ORDINALITY AS asked (digest, cap, nth)
     CROSS JOIN LATERAL (
           SELECT k.record_no, k.token, k.assurance, k.valid_from, k.valid_to
             FROM identity.identifier AS k
            WHERE k.digest = asked.digest LIMIT asked.cap + 1) AS i
    {_HEADS}
"""  # noqa: S608  (the parts are ours)
"""A key with more rows than its cap says nothing: one more than that is read, and whoever asks counts."""

ONE_TYPES: Final = "bigint, integer, timestamptz"
ONE_HITS: Final = f"""
    SELECT 1 AS nth, {_COLUMNS}
      FROM (SELECT k.record_no, k.token, k.assurance, k.valid_from, k.valid_to
              FROM identity.identifier AS k
             WHERE k.digest = $1 LIMIT $2 + 1) AS i
    {_HEADS}
"""  # noqa: S608  (the parts are ours)
"""`HITS` for a single digest, as a scanned card is: a third cheaper."""


def hits(
    connection: Connection, digests: Iterable[int], caps: Iterable[int], *, now: datetime
) -> list[tuple[Any, ...]]:
    """The records under these digests with the heads of their profiles. One prepared statement."""
    return driver.prepared(connection, "identity_hits", TYPES, HITS, values(digests, caps, now=now))


def values(digests: Iterable[int], caps: Iterable[int], *, now: datetime) -> Sequence[Any]:
    """The parameters of `HITS`."""
    return array(digests), array(caps), now

"""Making codes: random ones in bulk, or one word for everybody; and ending them.

Invariant: the codes themselves are handed out once and kept nowhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from offers.codes import spelling, store
from offers.codes.store import Batch
from offers.errors import CampaignStateError, TakenCodeError, UnknownBatchError
from offers.marketing import campaigns
from offers.marketing.campaigns import Author

AT_ONCE = 50_000
MOST = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What codes to make. `uses_most` None: each as often as the campaign's own limits allow."""

    campaign: str
    uses_most: int | None = 1
    expires_at: datetime | None = None
    note: str | None = None


def issue(
    connection: Connection,
    order: Order,
    count: int,
    author: Author,
    *,
    batch_id: UUID,
    random: Callable[[int], bytes],
    prefix: str = "",
) -> Iterator[str]:
    """Make so many random codes and yield them as they are stored. `random` gives so many random bytes.

    Raises UnknownCampaignError, CampaignStateError.
    """
    batch_no = _open(connection, order, count, author, batch_id)
    while count > 0:
        made = spelling.spell(prefix, random(spelling.RANDOM_BYTES * min(count, AT_ONCE)))
        store.add_codes(connection, batch_no, spelling.digests(made))
        count -= len(made)
        yield from made


def share(connection: Connection, order: Order, word: str, author: Author, *, batch_id: UUID) -> None:
    """Make one code that everybody may know. Raises also TakenCodeError."""
    digest = spelling.digest(word)
    if store.has_any(connection, [digest]):
        raise TakenCodeError("This code opens another campaign already, or opened one once.")
    store.add_codes(connection, _open(connection, order, 1, author, batch_id), [digest.hex])


def revoke(connection: Connection, batch_id: UUID, author: Author) -> None:
    """End all codes of a batch. Raises UnknownBatchError."""
    if not store.revoke(connection, batch_id, at=author.at):
        raise UnknownBatchError(f"No codes were made under {batch_id}.")


def batches(connection: Connection, campaign: str | None, *, limit: int) -> tuple[Batch, ...]:
    """The newest batches, of one campaign or of all. Raises UnknownCampaignError."""
    number = campaigns.get(connection, campaign).campaign_no if campaign is not None else None
    return store.batches(connection, campaign_no=number, limit=limit)


def _open(connection: Connection, order: Order, count: int, author: Author, batch_id: UUID) -> int:
    found = campaigns.get(connection, order.campaign)
    if found.state == "ended":
        raise CampaignStateError(f"{order.campaign} has ended.")
    if campaigns.content(connection, order.campaign).reach != "code":
        raise CampaignStateError(f"{order.campaign} needs no code: write `reach: code` in it first.")
    batch = Batch(
        batch_id,
        order.campaign,
        order.uses_most,
        count,
        order.expires_at,
        None,
        author.name,
        order.note,
        author.at,
    )
    return store.add_batch(connection, found.campaign_no, batch)

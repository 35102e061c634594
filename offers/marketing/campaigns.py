"""What marketers do with campaigns: apply a document, activate, pause, end. To stop at once see `stops`.

Invariant: a version, once written, never changes; which one is live is the campaign's state. Whatever a query
may see raises the catalogue's version in the same transaction.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from offers import store_catalogue
from offers.errors import CampaignStateError, UnknownCampaignError
from offers.marketing import campaign_difference, campaign_dump, limits, store_campaigns, store_limits
from offers.marketing.campaign import Campaign
from offers.marketing.store_campaigns import Change, Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who changes something, when, and why."""

    name: str
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a document came to. `difference` is empty when the newest version has the same
    content.
    """

    campaign: Stored
    is_new_version: bool
    difference: tuple[str, ...]


def apply(connection: Connection, campaign: Campaign, author: Author) -> Applied:
    """Store a campaign's content. The same content as the newest version makes no new one.

    A live campaign goes on serving its live version until the new one is activated.
    """
    store_campaigns.ensure(connection, campaign.id, at=author.at)
    before = _locked(connection, campaign.id)
    if before.state == "ended":
        raise CampaignStateError(f"{campaign.id} has ended; give the new campaign an id of its own.")
    content = campaign_dump.dump(campaign)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
    if before.version and store_campaigns.digest(connection, before) == digest:
        return Applied(before, is_new_version=False, difference=())
    previous = store_campaigns.content(connection, before, before.version) if before.version else {}
    store_campaigns.add_version(connection, before, content, digest, author=author.name, at=author.at)
    _note(connection, before, "apply", author, version=before.version + 1, catalogue=None)
    after = get(connection, campaign.id)
    return Applied(after, is_new_version=True, difference=campaign_difference.between(previous, content))


def activate(connection: Connection, campaign: str, author: Author, *, version: int | None = None) -> Stored:
    """Serve a version (the newest when none is named). From draft, paused, or live with another version."""
    before = _locked(connection, campaign)
    chosen = before.version if version is None else version
    if before.state == "ended" or not 1 <= chosen <= before.version:
        raise CampaignStateError(f"{campaign} is {before.state} and has {before.version} version(s).")
    if (before.state, before.live_version) == ("live", chosen):
        return before
    content = store_campaigns.parsed(connection, before, chosen)
    store_limits.set_caps(connection, before.campaign_no, limits.rows(content.limits), today=author.at.date())
    return _move(connection, before, "live", "activate", author, live_version=chosen)


def pause(connection: Connection, campaign: str, author: Author) -> Stored:
    """Stop offering a live campaign; what is reserved may still be committed."""
    before = _locked(connection, campaign)
    if before.state == "paused":
        return before
    if before.state != "live":
        raise CampaignStateError(f"{campaign} is {before.state}; only a live campaign can be paused.")
    return _move(connection, before, "paused", "pause", author)


def end(connection: Connection, campaign: str, author: Author) -> Stored:
    """End a live or paused campaign for good."""
    before = _locked(connection, campaign)
    if before.state == "ended":
        return before
    if before.state == "draft":
        raise CampaignStateError(f"{campaign} is a draft and was never live.")
    return _move(connection, before, "ended", "end", author)


def get(connection: Connection, campaign: str) -> Stored:
    """The campaign as it stands; raises UnknownCampaignError."""
    found = store_campaigns.read(connection, campaign)
    if found is None:
        raise UnknownCampaignError(f"No campaign has the id {campaign!r}.")
    return found


def content(connection: Connection, campaign: str, *, version: int | None = None) -> Campaign:
    """A version's content (the newest when none is named); raises UnknownCampaignError."""
    found = get(connection, campaign)
    chosen = found.version if version is None else version
    if not 1 <= chosen <= found.version:
        raise UnknownCampaignError(f"{campaign} has no version {chosen}.")
    return store_campaigns.parsed(connection, found, chosen)


def page(
    connection: Connection, *, after: str = "", limit: int = 100, state: str | None = None
) -> tuple[Stored, ...]:
    """Campaigns in the order of their ids."""
    return store_campaigns.page(connection, after=after, limit=limit, state=state)


def changes(connection: Connection, campaign: str) -> tuple[Change, ...]:
    """Who changed what and when, oldest first."""
    return store_campaigns.changes(connection, get(connection, campaign))


def _locked(connection: Connection, campaign: str) -> Stored:
    found = store_campaigns.read(connection, campaign, lock=True)
    if found is None:
        raise UnknownCampaignError(f"No campaign has the id {campaign!r}.")
    return found


def _move(
    connection: Connection,
    before: Stored,
    state: str,
    action: str,
    author: Author,
    *,
    live_version: int | None = None,
) -> Stored:
    store_campaigns.set_state(
        connection, before, state, at=author.at, live_version=live_version or before.live_version
    )
    shown_by = store_catalogue.raise_version(connection)
    version = live_version or before.live_version
    _note(connection, before, action, author, version=version, catalogue=shown_by)
    return get(connection, before.id)


def _note(
    connection: Connection,
    campaign: Stored,
    action: str,
    author: Author,
    *,
    version: int | None,
    catalogue: int | None,
) -> None:
    change = Change(action, version, catalogue, author.name, author.at, author.reason)
    store_campaigns.add_change(connection, campaign, change)

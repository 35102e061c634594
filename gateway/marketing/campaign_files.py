"""Campaigns kept as YAML files: read them all or say everything that is wrong with them, then apply them
together.

Invariant: either every file is applied or none.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection

from offers.marketing import campaign_format, campaigns
from offers.marketing.campaign import Campaign
from offers.marketing.campaign_reader import Problems
from offers.marketing.campaigns import Applied, Author

ENDINGS = (".yaml", ".yml")


class CampaignFilesError(Exception):
    """Some files are no campaigns; the text has one line for each thing to change."""


def find(places: Iterable[Path]) -> list[Path]:
    """The files named, and those in the folders named. Raises CampaignFilesError when there are none."""
    found: dict[Path, None] = {}
    for place in places:
        inside = (
            sorted(file for file in place.iterdir() if file.suffix in ENDINGS) if place.is_dir() else [place]
        )
        found |= dict.fromkeys(inside)
    if not found:
        raise CampaignFilesError(f"There is no file ending in {' or '.join(ENDINGS)}.")
    return list(found)


def read(files: Sequence[Path]) -> list[Campaign]:
    """The campaigns in these files. Raises CampaignFilesError naming every problem of every file."""
    good: dict[str, Campaign] = {}
    problems: list[str] = []
    for file in files:
        parsed = campaign_format.parse(file.read_bytes())
        if isinstance(parsed, Problems):
            problems += [f"{file}: {sentence}" for sentence in parsed.sentences]
        elif parsed.id in good:
            problems.append(f"{file}: another file has the campaign {parsed.id} already")
        else:
            good[parsed.id] = parsed
    if problems:
        raise CampaignFilesError("\n".join(problems))
    return list(good.values())


def apply(
    connection: Connection, found: Sequence[Campaign], *, author: str, now: dt.datetime, activates: bool
) -> list[Applied]:
    """Stores the campaigns, in the order of their ids so that two callers wait for each other instead of in a
    circle.

    `activates` serves the newest version of each at once. Raises CampaignStateError for one that has ended.
    """
    who, applied = Author(name=author, at=now), []
    for campaign in sorted(found, key=lambda one: one.id):
        done = campaigns.apply(connection, campaign, who)
        if activates:
            done = Applied(
                campaigns.activate(connection, campaign.id, who), done.is_new_version, done.difference
            )
        applied.append(done)
    return applied

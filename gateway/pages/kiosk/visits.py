"""What a scan at a kiosk leaves in a shopper's history: that she was there, if she agreed to personal offers.

A visit belongs to the card that was held before the scanner, like everything else that the card does. Scans
within one minute at one kiosk are one visit.
"""

import datetime as dt
from typing import Final

from sqlalchemy import Connection

from gateway.pages.kiosk.store import Device
from identity.context import Context
from identity.events import history
from identity.model import Assurance
from identity.submission import Claim, Happening

KIND: Final = "kiosk_visit"
SOURCE: Final = "kiosk"
CHANNEL: Final = "store"


def note(
    connection: Connection,
    ctx: Context,
    device: Device,
    *,
    card: str,
    profile_no: int,
    now: dt.datetime,
) -> None:
    """Add the visit to the card's history."""
    visit = Happening(
        kind=KIND,
        channel=CHANNEL,
        source=SOURCE,
        occurred_at=now,
        identifiers=(Claim("loyalty_card", card, Assurance.SCANNED),),
        message_id=f"{device.device_id}/{profile_no}/{now:%Y%m%d%H%M}",
        body={"store": device.store, "kiosk": device.name},
    )
    history.append(connection, ctx, [visit], now=now)

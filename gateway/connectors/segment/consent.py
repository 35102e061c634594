"""What a visitor allowed, as consent banners and browsers report it.

Global Privacy Control says no to selling and sharing, for a browser and not for a purpose of ours: it is kept
as a statement of its own and never answers for what the shopper was asked herself.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from gateway.connectors.segment.lenient import an_object

GPC_PURPOSE: Final = "sale_or_sharing"
GPC_NAMES: Final = ("gpc", "globalPrivacyControl", "global_privacy_control")
MAX_PURPOSES: Final = 20
_NOT_A_NAME: Final = re.compile(r"[^a-z0-9]+")


def statements(context: Mapping[str, Any], *, gpc_header: bool) -> dict[str, bool]:
    """Purpose -> whether it was allowed. Categories keep their names, written as purposes are."""
    preferences = an_object(an_object(context.get("consent")).get("categoryPreferences"))
    found = {
        purpose: granted
        for category, granted in list(preferences.items())[:MAX_PURPOSES]
        if isinstance(granted, bool) and (purpose := purpose_of(category)) is not None
    }
    if is_gpc(context, header=gpc_header):
        found[GPC_PURPOSE] = False
    return found


def is_gpc(context: Mapping[str, Any], *, header: bool) -> bool:
    """Whether the browser asks not to be sold: by its own header, or because the page passes it on."""
    return header or any(context.get(name) in (True, "1", "true") for name in GPC_NAMES)


def purpose_of(category: str) -> str | None:
    """A category's name as a purpose: `Personal Offers` is personal_offers. None when nothing is left."""
    name = _NOT_A_NAME.sub("_", category.strip().lower()).strip("_")[:64]
    return name if name[:1].isalpha() else None

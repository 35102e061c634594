"""The model that ships: what weighs records before a retailer has trained on records of its own."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from identity.scoring.model import ScoredModel, load

PATH: Final = Path(__file__).with_name("model.json")


@cache
def default() -> ScoredModel:
    """The model that ships."""
    return load(document())


def document() -> dict[str, Any]:
    """The model that ships, as a parsed document."""
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found

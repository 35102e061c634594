"""What pages say, in each language: one JSON file a page and language under messages/, all with the same
keys.

A language is added by adding its file; a test refuses a file that lacks a key or a placeholder.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DEFAULT_LANGUAGE = "en"
_FOLDER = Path(__file__).parent / "messages"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One page's messages in one language; `name` is what the language calls itself."""

    language: str
    name: str
    messages: Mapping[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """Return the message with its placeholders filled. KeyError when there is no such message."""
        return self.messages[key].format(**values) if values else self.messages[key]


@cache
def catalogues(page: str) -> Mapping[str, Catalogue]:
    """Return all catalogues of a page by language, English first, the others by name."""
    found = [_read(path) for path in sorted(_FOLDER.glob(f"{page}.*.json"))]
    found.sort(key=lambda one: (one.language != DEFAULT_LANGUAGE, one.name))
    return {one.language: one for one in found}


def best(page: str, *wanted: str | None) -> Catalogue:
    """Return the catalogue of the first wanted language tag (`de-AT`) there is one for; English when there
    is none.
    """
    known = catalogues(page)
    for tag in wanted:
        language = (tag or "").replace("_", "-").split("-")[0].lower()
        if language in known:
            return known[language]
    return known[DEFAULT_LANGUAGE]


def _read(path: Path) -> Catalogue:
    messages = json.loads(path.read_text(encoding="utf-8"))
    return Catalogue(
        language=path.suffixes[0].removeprefix("."), name=messages["language.name"], messages=messages
    )

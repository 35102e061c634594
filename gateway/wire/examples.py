"""Golden requests and answers: files beside this module that the OpenAPI document shows and the tests replay.

A file `<operation>.<case>.json` holds `{"title", "request", "status", "response"}`. Ids and times in an
answer are examples; the test compares everything else.
"""

import functools
import json
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent / "golden"
REFUSED = 400


@functools.cache
def everything() -> dict[str, dict[str, dict[str, Any]]]:
    """Operation -> case -> the file's content."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for file in sorted(FOLDER.glob("*.json")):
        operation, case, _ = file.name.split(".")
        found.setdefault(operation, {})[case] = json.loads(file.read_text(encoding="utf-8"))
    return found


def examples_of(
    operation: str, part: Literal["request", "response"], *, status: int | None = None
) -> dict[str, Any]:
    """The examples of an operation as OpenAPI writes them."""
    return {
        case: {"summary": content.get("title", case), "value": content[part]}
        for case, content in sorted(everything().get(operation, {}).items(), key=_refused_last)
        if part in content and (status is None or content.get("status") == status)
    }


def _refused_last(one: tuple[str, dict[str, Any]]) -> tuple[bool, str]:
    """Who reads examples wants to see first what works."""
    case, content = one
    return content.get("status", 200) >= REFUSED, case

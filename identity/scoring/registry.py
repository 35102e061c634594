"""The models that this process has read, by their numbers in the database.

Invariant: a stored model never changes, so what was read once is right for ever.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from identity.errors import ModelError
from identity.scoring.weigh import Model

OWN: Final = 0
"""Stands for the context's own model: nobody activated another one."""
HELD: Final = -1
"""Stands for no model: the record's source is paused, so it posts only what it posted before."""


class Models:
    """Models by number; `parse` makes one of a stored document."""

    def __init__(self, parse: Callable[[Mapping[str, Any]], Model] | None = None) -> None:
        self._parse = parse
        self._known: dict[int, Model] = {}

    def find(self, model_no: int) -> Model | None:
        """The model of that number if it was read before."""
        return self._known.get(model_no)

    def keep(self, model_no: int, document: Mapping[str, Any]) -> Model:
        """The model that a stored document describes. Raises ModelError."""
        if self._parse is None:
            raise ModelError("Nothing here can read a model's document.")
        return self._known.setdefault(model_no, self._parse(document))

    def check(self, document: Mapping[str, Any]) -> str:
        """The version that a document names. Raises ModelError with a sentence that names a field."""
        if self._parse is None:
            raise ModelError("Nothing here can read a model's document.")
        return self._parse(document).version

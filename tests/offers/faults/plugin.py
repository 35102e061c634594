"""A pytest plugin that seeds one fault, given by its number, before anything of `offers` is imported."""

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from tests.offers.faults.seeded import FAULTS, Fault


class Faulty(importlib.machinery.SourceFileLoader):
    """Loads one module with its source changed, and nothing from a cache."""

    fault: Fault

    def get_code(self, fullname: str) -> object:
        """The code of the faulty source."""
        source = self.get_data(self.path).decode()
        assert source.count(self.fault.right) == 1, f"{self.fault.right!r} is not in {fullname} once"
        return compile(source.replace(self.fault.right, self.fault.wrong), self.path, "exec")


class Finder:
    """Finds the faulty module before anybody else does."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The specification of the one module; None for all others."""
        if fullname != f"offers.{self._fault.module}":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        loader = Faulty(fullname, spec.origin)
        loader.fault = self._fault
        return importlib.util.spec_from_loader(fullname, loader)


sys.meta_path.insert(0, Finder(FAULTS[int(os.environ["SEEDED_FAULT"])]))  # type: ignore[arg-type]

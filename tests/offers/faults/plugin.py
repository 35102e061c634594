"""A pytest plugin that seeds one fault, given by its number, before anything of `offers` is imported: into
the module, or into the database as soon as it has its shape.
"""

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType

from sqlalchemy.engine import Connection

from tests.offers.faults.fault import Fault
from tests.offers.faults.seeded import FAULTS


class Faulty(importlib.machinery.SourceFileLoader):
    """Loads one module with its source changed, and nothing from a cache."""

    fault: Fault

    def get_code(self, fullname: str) -> CodeType | None:
        """The code of the faulty source."""
        source = self.get_data(self.get_filename(fullname)).decode()
        return compile(self.fault.seeded(source), self.path, "exec")


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


def seed_database(fault: Fault) -> None:
    """From now on, whatever database is brought into shape gets the faulty function."""
    from gateway import migrations

    migrate = migrations.migrate

    def and_slip(connection: Connection) -> None:
        migrate(connection)
        source = fault.seeded(fault.path.read_text(encoding="utf-8"))
        connection.exec_driver_sql(source.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))

    migrations.migrate = and_slip


seeded = FAULTS[int(os.environ["SEEDED_FAULT"])]
if seeded.is_sql:
    seed_database(seeded)
else:
    sys.meta_path.insert(0, Finder(seeded))

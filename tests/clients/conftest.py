"""Clients that need Node: installed by `make clients`, skipped where that has not run."""

import shutil
from pathlib import Path

import pytest

from tests.gateway.conftest import app, call, client, issue, services  # noqa: F401  (fixtures)
from tests.gateway.connectors.conftest import address, back, clock, stage, till  # noqa: F401  (fixtures)

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def node() -> str:
    """The Node program, with the clients installed beside the tests."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("no Node is installed: run `make clients` where there is one")
    if not (HERE / "node_modules").is_dir():
        pytest.skip("the clients are not installed: run `make clients`")
    return found

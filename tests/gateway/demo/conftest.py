from collections.abc import Callable, Iterator

import pytest

from gateway import wiring
from gateway.settings import Settings
from gateway.wiring import Services
from tests.gateway.demo.small import load_world


@pytest.fixture(scope="session")
def loaded(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """An installation with the demonstration world in it, for tests that only look."""
    home = tmp_path_factory.mktemp("demo")
    opened = wiring.open_services(Settings(home=home, database_url=new_database()))
    load_world(opened)
    yield opened
    opened.close()

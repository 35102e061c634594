"""The built package is whole: installed somewhere else, it brings a database into shape and serves."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.migrations import newest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
NOT_OURS = {"tests", "docs", "build"}


def run(*command: str, cwd: Path) -> str:
    """Runs a program and answers what it says; its failure is the test's."""
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Python into which pip installed the package from its wheel, far from the checkout."""
    pytest.importorskip("wheel")
    folder = tmp_path_factory.mktemp("wheel")
    for part in ROOT.iterdir():
        if part.is_dir() and not part.name.startswith(".") and part.name not in NOT_OURS:
            left_out = shutil.ignore_patterns("__pycache__")
            shutil.copytree(part, folder / "source" / part.name, ignore=left_out)
    for name in ("pyproject.toml", "alembic.ini", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "source")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", ".", "./source", cwd=folder)
    shutil.rmtree(folder / "source")
    (wheel,) = folder.glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    run(*pip, "--python", str(python), "install", "--no-deps", str(wheel), cwd=folder)
    (site,) = folder.glob("venv/lib/*/site-packages")
    # Everything else it needs is taken from here; a line in a .pth file brings no editable package along.
    (site / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    yield python
    shutil.rmtree(folder)


def test_an_installed_wheel_migrates(installed: Path, empty_database_url: str, tmp_path: Path) -> None:
    """Templates, SQL and migrations come along: an empty database gets its shape, a second time nothing."""
    program = (
        "import gateway.migrations as m, gateway.database as d, sys;"
        "e = d.open_engine(sys.argv[1], pool_size=1); c = e.connect(); t = c.begin();"
        "m.migrate(c); m.migrate(c); print(m.__file__, m.current(c)); t.commit()"
    )
    file, version = run(str(installed), "-c", program, empty_database_url, cwd=tmp_path).split()
    assert file.startswith(str(installed.parents[1]))
    assert version == newest()


def test_an_installed_wheel_has_all_that_the_checkout_has(installed: Path) -> None:
    """No page, picture, policy or statement is left behind."""
    packages = ("gateway", "identity", "offers", "bench")
    (site,) = installed.parents[1].glob("lib/*/site-packages")
    here, there = (
        {
            str(file.relative_to(root))
            for package in packages
            for file in (root / package).rglob("*")
            if file.is_file() and file.suffix != ".pyc"
        }
        for root in (ROOT, site)
    )
    assert here == there

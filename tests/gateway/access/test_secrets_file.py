import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.access.secrets_file import SecretsError, load, load_or_create, rotate


def test_the_first_start_makes_a_file_only_its_owner_reads(tmp_path: Path) -> None:
    """Pepper and envelope key are there afterwards, and nobody else sees them."""
    path = tmp_path / "home" / "secrets.json"
    secrets = load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(secrets.newest.pepper) == len(secrets.newest.envelope) == 32
    assert secrets.newest.pepper != secrets.newest.envelope
    assert [left.name for left in path.parent.iterdir()] == ["secrets.json"]


def test_later_starts_read_the_same_secrets(tmp_path: Path) -> None:
    """Other keys would make every stored value unreadable."""
    path = tmp_path / "secrets.json"
    assert load_or_create(path) == load_or_create(path)


def test_processes_starting_together_agree(tmp_path: Path) -> None:
    """Eight first starts at once end with one set of secrets."""
    code = (
        "import sys; from pathlib import Path; from gateway.access.secrets_file import load_or_create\n"
        "sys.stdin.read(); print(load_or_create(Path(sys.argv[1])).newest.pepper.hex())"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "secrets.json")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(8)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.close()
    told = set()
    for racer in racers:
        assert racer.stdout is not None
        told.add(racer.stdout.read())
        racer.stdout.close()
        assert racer.wait() == 0
    assert len(told) == 1


def test_a_rotation_keeps_the_old_keys_readable(tmp_path: Path) -> None:
    """New values are written under the new version, old ones can still be read."""
    path = tmp_path / "secrets.json"
    before = load_or_create(path)
    after = rotate(path)
    assert after.current == before.current + 1
    assert after.versions[before.current] == before.newest
    assert after.newest != before.newest
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_others_may_read_is_refused(tmp_path: Path) -> None:
    """A careless copy is noticed at the next start."""
    path = tmp_path / "secrets.json"
    load_or_create(path)
    path.chmod(0o640)
    with pytest.raises(SecretsError, match="0600"):
        load(path)


@pytest.mark.parametrize("change", [{"current": 7}, {"versions": {}}, {"versions": {"1": {"pepper": "00"}}}])
def test_a_damaged_file_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    """Better no start than values written under half a key."""
    path = tmp_path / "secrets.json"
    load_or_create(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(SecretsError):
        load(path)


def test_secrets_do_not_show_themselves(tmp_path: Path) -> None:
    """A traceback may print every value around it."""
    secrets = load_or_create(tmp_path / "secrets.json")
    shown = repr(secrets) + repr(secrets.newest)
    assert secrets.newest.pepper.hex() not in shown
    assert repr(secrets.newest.pepper) not in shown

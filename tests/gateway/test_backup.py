import datetime as dt
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway import backup
from gateway.access import secrets_file
from gateway.backup import BackupError
from gateway.database import Database, open_engine
from gateway.settings import Settings

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def source(tmp_path: Path, database: Database) -> tuple[Settings, Database]:
    """A gateway's home and database with something in both."""
    settings = Settings(home=tmp_path / "source", database_url=database.url)
    secrets_file.load_or_create(settings.secrets_file)
    _remember(database, "kept")
    return settings, database


@pytest.fixture
def empty(tmp_path: Path, empty_database_url: str) -> tuple[Settings, Database]:
    """A new machine: no secrets, no tables."""
    settings = Settings(home=tmp_path / "target", database_url=empty_database_url)
    return settings, Database(open_engine(empty_database_url, pool_size=2))


def test_a_backup_comes_back_on_another_machine(
    tmp_path: Path, source: tuple[Settings, Database], empty: tuple[Settings, Database]
) -> None:
    """Database and secrets are the same there, and the migrations are known to be done."""
    backup.write(*source, tmp_path / "backup", now=NOW)
    with empty[1] as target:
        about = backup.read(*empty, tmp_path / "backup", replace=False)
        assert _remembered(target) == ["kept"]
    assert about.made_at == "2026-11-21T12:00:00+00:00"
    assert secrets_file.load(empty[0].secrets_file) == secrets_file.load(source[0].secrets_file)


def test_only_its_owner_reads_a_backup(tmp_path: Path, source: tuple[Settings, Database]) -> None:
    """It holds the secrets and everything they protect."""
    backup.write(*source, tmp_path / "backup", now=NOW)
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700
    for name in (backup.DUMP, backup.SECRETS):
        assert stat.S_IMODE((tmp_path / "backup" / name).stat().st_mode) == 0o600


def test_an_existing_folder_is_not_written_into(tmp_path: Path, source: tuple[Settings, Database]) -> None:
    """The last backup is not overwritten by one that may fail halfway."""
    with pytest.raises(BackupError, match="exists"):
        backup.write(*source, tmp_path, now=NOW)


def test_a_restore_gives_nothing_up_unasked(tmp_path: Path, source: tuple[Settings, Database]) -> None:
    """A database that holds something is refused; with `replace` the backup takes its place."""
    backup.write(*source, tmp_path / "backup", now=NOW)
    _remember(source[1], "later")
    with pytest.raises(BackupError, match="--replace"):
        backup.read(*source, tmp_path / "backup", replace=False)
    assert _remembered(source[1]) == ["kept", "later"]
    backup.read(*source, tmp_path / "backup", replace=True)
    assert _remembered(source[1]) == ["kept"]


def test_other_secrets_are_not_overwritten_unasked(
    tmp_path: Path, source: tuple[Settings, Database], empty: tuple[Settings, Database]
) -> None:
    """They may be the only key to another database."""
    backup.write(*source, tmp_path / "backup", now=NOW)
    secrets_file.load_or_create(empty[0].secrets_file)
    with empty[1], pytest.raises(BackupError, match="other secrets"):
        backup.read(*empty, tmp_path / "backup", replace=False)


def test_a_failing_restore_changes_nothing(tmp_path: Path, source: tuple[Settings, Database]) -> None:
    """A damaged dump ends in pg_restore's own words, and the database is as it was."""
    backup.write(*source, tmp_path / "backup", now=NOW)
    dump = tmp_path / "backup" / backup.DUMP
    dump.write_bytes(dump.read_bytes()[:-2000])
    with pytest.raises(BackupError, match="pg_restore"):
        backup.read(*source, tmp_path / "backup", replace=True)
    assert _remembered(source[1]) == ["kept"]


def test_a_folder_that_is_no_backup_is_refused(tmp_path: Path, source: tuple[Settings, Database]) -> None:
    """Before anything is touched."""
    with pytest.raises(BackupError, match="no backup"):
        backup.read(*source, tmp_path, replace=True)


def _remember(database: Database, note: str) -> None:
    with database.transaction() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS gateway.note (note text)"))
        connection.execute(sa.text("INSERT INTO gateway.note VALUES (:note)"), {"note": note})


def _remembered(database: Database) -> list[str]:
    with database.transaction() as connection:
        return sorted(connection.scalars(sa.text("SELECT note FROM gateway.note")))

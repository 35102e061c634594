import datetime as dt
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway import backup, erasures
from gateway.access import secrets_file
from gateway.backup import BackupError
from gateway.database import Database, open_engine
from gateway.erasures import ErasuresError
from gateway.settings import Settings
from gateway.wiring import identity_of
from identity.errors import ErasedError, SuppressedError
from identity.model import Verdict
from identity.rights import store_erasure
from identity.submission import Statement
from offers import store_forgotten
from tests.identity.desk import Desk

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=2)


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
        about = backup.read(*empty, tmp_path / "backup", replace=False, now=NOW)
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
        backup.read(*source, tmp_path / "backup", replace=False, now=NOW)
    assert _remembered(source[1]) == ["kept", "later"]
    backup.read(*source, tmp_path / "backup", replace=True, now=NOW)
    assert _remembered(source[1]) == ["kept"]


def test_other_secrets_are_not_overwritten_unasked(
    tmp_path: Path, source: tuple[Settings, Database], empty: tuple[Settings, Database]
) -> None:
    """They may be the only key to another database."""
    backup.write(*source, tmp_path / "backup", now=NOW)
    secrets_file.load_or_create(empty[0].secrets_file)
    with empty[1], pytest.raises(BackupError, match="other secrets"):
        backup.read(*empty, tmp_path / "backup", replace=False, now=NOW)


def test_a_failing_restore_changes_nothing(tmp_path: Path, source: tuple[Settings, Database]) -> None:
    """A damaged dump ends in pg_restore's own words, and the database is as it was."""
    backup.write(*source, tmp_path / "backup", now=NOW)
    dump = tmp_path / "backup" / backup.DUMP
    dump.write_bytes(dump.read_bytes()[:-2000])
    with pytest.raises(BackupError, match="pg_restore"):
        backup.read(*source, tmp_path / "backup", replace=True, now=NOW)
    assert _remembered(source[1]) == ["kept"]


def test_a_folder_that_is_no_backup_is_refused(tmp_path: Path, source: tuple[Settings, Database]) -> None:
    """Before anything is touched."""
    with pytest.raises(BackupError, match="no backup"):
        backup.read(*source, tmp_path, replace=True, now=NOW)


def test_an_erasure_made_since_holds_after_a_restore(
    tmp_path: Path, source: tuple[Settings, Database]
) -> None:
    """Her record answers that she was erased, what offers hold of her goes, and the nightly feed brings
    neither her back nor whom the backup never knew.
    """
    with source[1].transaction() as connection:
        anna = _desk(source[0], connection).put("crm", "anna", {"email": "anna@example.at"})
    backup.write(*source, tmp_path / "backup", now=NOW)
    with source[1].transaction() as connection:
        desk = _desk(source[0], connection)
        berta = desk.put("crm", "berta", {"email": "berta@example.at"})
        desk.later(days=1)
        desk.erase(anna.record)
        desk.erase(berta.record)
    done = backup.read(*source, tmp_path / "backup", replace=True, now=LATER)
    assert (done.erased_again, done.is_list_lost) == (1, False)
    assert not (source[0].home / backup.LEFT).exists()
    with source[1].transaction() as connection:
        desk = _desk(source[0], connection)
        desk.later(days=3)
        with pytest.raises(ErasedError):
            desk.view(anna.record)
        assert store_forgotten.take(connection, now=desk.now, most=9) == [anna.record_no]
        for key in ("anna", "berta"):
            with pytest.raises(SuppressedError):
                desk.put("crm", key)
            with pytest.raises(SuppressedError):
                desk.put("web", "new", {"email": f"{key}@example.at"})
        assert {note.profile for note in store_erasure.notes(connection)} == {anna.record, berta.record}
        assert {row.at for row in store_erasure.erased(connection)} == {NOW + dt.timedelta(days=1)}


def test_who_came_back_by_her_own_word_is_welcome_after_a_restore(
    tmp_path: Path, source: tuple[Settings, Database]
) -> None:
    """She was erased, came back, and then the backup of before all that was needed."""
    with source[1].transaction() as connection:
        anna = _desk(source[0], connection).put("crm", "anna")
    backup.write(*source, tmp_path / "backup", now=NOW)
    said = [Statement("cross_channel", granted=True, at=NOW + dt.timedelta(days=2))]
    with source[1].transaction() as connection:
        desk = _desk(source[0], connection)
        desk.later(days=1)
        desk.erase(anna.record)
        desk.later(days=1)
        desk.put("crm", "anna", consents=said)
    backup.read(*source, tmp_path / "backup", replace=True, now=LATER)
    with source[1].transaction() as connection:
        anew = _desk(source[0], connection).put("crm", "anna")
    assert anew.record != anna.record


def test_nobody_else_is_erased_after_a_restore(tmp_path: Path, source: tuple[Settings, Database]) -> None:
    """Whom the backup takes for her, since the judgement that parted them came later, stays."""
    ids = {"loyalty_card": "9780000001"}
    with source[1].transaction() as connection:
        desk = _desk(source[0], connection)
        anna, bernd = (desk.put("crm", key, ids) for key in ("anna", "bernd"))
    backup.write(*source, tmp_path / "backup", now=NOW)
    with source[1].transaction() as connection:
        desk = _desk(source[0], connection)
        desk.judge([anna.record], [bernd.record], Verdict.DIFFERENT)
        desk.erase(anna.record)
    backup.read(*source, tmp_path / "backup", replace=True, now=LATER)
    with source[1].transaction() as connection:
        desk = _desk(source[0], connection)
        assert desk.view(bernd.record).profile == bernd.record
        with pytest.raises(ErasedError):
            desk.view(anna.record)


def test_a_list_of_erasures_goes_to_another_machine(
    tmp_path: Path, source: tuple[Settings, Database], empty: tuple[Settings, Database]
) -> None:
    """Kept apart from the backup, it erases there what was erased here; it is for its owner only."""
    with source[1].transaction() as connection:
        anna = _desk(source[0], connection).put("crm", "anna")
    backup.write(*source, tmp_path / "backup", now=NOW)
    with source[1].transaction() as connection:
        _desk(source[0], connection).erase(anna.record)
    known = erasures.of_database(*source)
    assert known is not None
    erasures.write(tmp_path / "list", [known])
    assert stat.S_IMODE((tmp_path / "list").stat().st_mode) == 0o600
    with empty[1] as target:
        assert erasures.of_database(*empty) is None
        listed = erasures.read(tmp_path / "list")
        assert listed == [known]
        backup.read(*empty, tmp_path / "backup", replace=False, known=listed, now=LATER)
        with target.transaction() as connection, pytest.raises(ErasedError):
            _desk(empty[0], connection).view(anna.record)


def test_a_restore_that_was_cut_off_forgets_no_erasure(
    tmp_path: Path, source: tuple[Settings, Database]
) -> None:
    """The database was replaced and nobody erased again yet: the next restore knows from the file it left."""
    with source[1].transaction() as connection:
        anna = _desk(source[0], connection).put("crm", "anna")
    backup.write(*source, tmp_path / "backup", now=NOW)
    with source[1].transaction() as connection:
        _desk(source[0], connection).erase(anna.record)
    known = erasures.of_database(*source)
    assert known is not None
    with source[1].transaction() as connection:
        connection.execute(sa.text("DROP SCHEMA identity CASCADE"))
    erasures.write(source[0].home / backup.LEFT, [known])
    assert backup.read(*source, tmp_path / "backup", replace=True, now=LATER).erased_again == 1


def test_a_list_under_other_secrets_is_told_of(tmp_path: Path, source: tuple[Settings, Database]) -> None:
    """Its hashes mean nothing under the backup's: whoever restores hears that feeds may bring them back."""
    backup.write(*source, tmp_path / "backup", now=NOW)
    with source[1].transaction() as connection:
        desk = _desk(source[0], connection)
        desk.erase(desk.put("crm", "anna").record)
    source[0].secrets_file.unlink()
    secrets_file.load_or_create(source[0].secrets_file)
    assert backup.read(*source, tmp_path / "backup", replace=True, now=LATER).is_list_lost


def test_a_damaged_list_is_refused(tmp_path: Path) -> None:
    """In a sentence."""
    for content in (b"", b"[]", b'{"format":1,"known":[{}]}', b'{"format":7,"known":[]}'):
        (tmp_path / "list").write_bytes(content)
        with pytest.raises(ErasuresError, match="list"):
            erasures.read(tmp_path / "list")


def _desk(settings: Settings, connection: Connection) -> Desk:
    return Desk(connection, identity_of(settings, secrets_file.load(settings.secrets_file)), NOW)


def _remember(database: Database, note: str) -> None:
    with database.transaction() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS gateway.note (note text)"))
        connection.execute(sa.text("INSERT INTO gateway.note VALUES (:note)"), {"note": note})


def _remembered(database: Database) -> list[str]:
    with database.transaction() as connection:
        return sorted(connection.scalars(sa.text("SELECT note FROM gateway.note")))

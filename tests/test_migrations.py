import difflib
import subprocess

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from gateway import migrations, tables
from gateway.database import Database, address, open_engine
from gateway.pages.kiosk import tables as _kiosk  # noqa: F401  # joins gateway's metadata
from gateway.postgres import binaries
from identity import tables as identity_tables
from offers import tables as offers_tables

DOMAINS = {"identity": identity_tables, "offers": offers_tables, "gateway": tables}


def test_migrations_build_what_the_tables_describe(database: Database, empty_database_url: str) -> None:
    """pg_dump sees no difference between a migrated database and one made from the tables: no check, index,
    function or default is only in one of them.
    """
    described = open_engine(empty_database_url, pool_size=1)
    with described.begin() as connection:
        for schema, domain in DOMAINS.items():
            migrations.execute(connection, f"CREATE SCHEMA {schema}")
            domain.metadata.create_all(connection, checkfirst=False)
            for statement in domain.functions:
                migrations.execute(connection, statement)
    described.dispose()
    differences = difflib.unified_diff(
        _dump(empty_database_url), _dump(database.url), "tables", "migrations", lineterm="", n=1
    )
    assert not list(differences), "until the first release: python alembic/initial.py writes the migrations"


def test_the_way_back_leaves_nothing(database: Database) -> None:
    """Each migration knows how to undo itself."""
    with database.transaction() as connection:
        migrations.undo(connection)
    with database.transaction() as connection:
        left = connection.scalars(
            sa.text(
                "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
                " WHERE nspname = ANY(:ours) AND relkind IN ('r', 'p', 'S', 'v')"
            ),
            {"ours": list(DOMAINS)},
        ).all()
    assert not left


def test_migrating_twice_changes_nothing(database: Database) -> None:
    """Every start migrates; all but the first find nothing to do."""
    before = _dump(database.url)
    with database.transaction() as connection:
        migrations.migrate(connection)
        assert migrations.current(connection) == migrations.newest()
    assert _dump(database.url) == before


def test_the_history_is_one_line() -> None:
    """Two migrations after the same one would make the order a matter of luck; the newest file is its end."""
    scripts = ScriptDirectory.from_config(Config(migrations.folder() / "alembic.ini"))
    assert scripts.get_heads() == [migrations.newest()]


def test_constraints_have_names(connection: Connection) -> None:
    """A constraint without a name cannot be dropped by a later migration, nor told to a caller."""
    unnamed = [
        f"{table.fullname}: {constraint}"
        for domain in DOMAINS.values()
        for table in domain.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None and not isinstance(constraint, sa.PrimaryKeyConstraint)
    ]
    assert not unnamed
    assert connection.in_transaction()


def _dump(url: str) -> list[str]:
    parsed = address(url)
    selected = [f"--schema={schema}" for schema in DOMAINS]
    program = binaries.find().program("pg_dump")
    told = subprocess.run(
        [
            program,
            "--schema-only",
            "--no-owner",
            *selected,
            f"--dbname={parsed.set(drivername='postgresql').render_as_string(hide_password=False)}",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    # A dump begins and ends with a random word that keeps psql from obeying its contents.
    return [line for line in told.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]

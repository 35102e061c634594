"""Everything a request may need, put together once per worker process and handed to views as a value."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from uuid_utils.compat import uuid7

from gateway.access import secrets_file
from gateway.access.credentials import KeyRing
from gateway.access.limits import Limits
from gateway.access.secrets_file import Secrets
from gateway.database import Database, open_database, open_engine
from gateway.quick.connections import Quick
from gateway.quick.gathering import Gathering
from gateway.settings import Settings
from identity import policy
from identity.context import Context as Identity
from identity.scoring import model as scoring
from identity.scoring.registry import Models
from identity.scoring.weigh import DeterministicModel
from identity.sealing.vault import open_vault
from offers.catalogue.snapshots import Snapshots
from offers.decisions.decision_log import DecisionLog
from offers.model import Policy
from offers.queries.headroom import Headroom
from offers.retailer.assortment import Assortment
from offers.service import Context as Offers

QUICK_TIMEOUT_MS = 120
QUICK_WAIT_S = 0.03
"""A till gives up after 300 ms. Waiting for its turn and for a connection, reading who and reading what end
before that even when each takes its longest.
"""


def utc_now() -> dt.datetime:
    """The server's clock; nothing below the door reads another."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What one worker process holds."""

    settings: Settings
    database: Database
    quick: Quick
    """Autocommit connections with a till's statement timeout: for reads that must be over soon."""
    gathering: Gathering
    """Tills that ask at the same time ask together, over one more such connection."""
    secrets: Secrets
    identity: Identity
    offers: Offers
    keyring: KeyRing = field(default_factory=KeyRing)
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], dt.datetime] = utc_now

    def close(self) -> None:
        """Writes what is buffered and gives the connections back."""
        self.offers.log.close()
        self.quick.dispose()
        self.database.close()


def open_services(settings: Settings) -> Services:
    """Services over the database that these settings name."""
    return services_over(settings, open_database(settings))


def identity_of(settings: Settings, secrets: Secrets) -> Identity:
    """What identity works with besides a connection."""
    return Identity(
        policy=policy.load(settings.policy_path or policy.DEFAULT_PATH),
        model=DeterministicModel(),
        vault=open_vault(
            secrets.current,
            {number: (keys.pepper, keys.envelope) for number, keys in secrets.versions.items()},
        ),
        new_id=uuid7,
        models=Models(scoring.load),
    )


def services_over(
    settings: Settings, database: Database, *, clock: Callable[[], dt.datetime] = utc_now
) -> Services:
    """Services over an open database."""
    secrets = secrets_file.load_or_create(settings.secrets_file)
    engine = open_engine(
        database.url,
        pool_size=settings.pool_size + 1,
        statement_timeout_ms=QUICK_TIMEOUT_MS,
        pool_timeout_s=QUICK_WAIT_S,
        autocommit=True,
    )
    quick = Quick(engine)
    return Services(
        settings=settings,
        database=database,
        quick=quick,
        gathering=Gathering(quick.apart()),
        secrets=secrets,
        identity=identity_of(settings, secrets),
        offers=Offers(
            policy=Policy(returns=settings.returns),
            snapshots=Snapshots(database.transaction),
            assortment=Assortment(open_connection=database.transaction),
            headroom=Headroom(database.transaction),
            log=DecisionLog(database.transaction),
            new_id=uuid7,
        ),
        clock=clock,
    )

"""What the operator decides: read once from the environment, then handed around as a value.

Nothing below the door reads the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Network = IPv4Network | IPv6Network


class SettingsError(Exception):
    """A setting in the environment cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; `from_environment` names the variables."""

    home: Path
    """Everything the gateway keeps on this machine: secrets, embedded database, logs."""
    database_url: str | None = field(default=None, repr=False)
    """A PostgreSQL server of one's own; None means the embedded one."""
    host: str = "127.0.0.1"
    port: int = 8000
    metrics_port: int = 8001
    workers: int = 2
    threads_per_worker: int = 4
    """Requests one worker handles at a time; its connection pool holds one more for what runs beside them."""
    background_workers: int = 2
    """Processes that work on what requests leave for later, beside each other."""
    secrets_path: Path | None = None
    policy_path: Path | None = None
    """The retailer's own identity policy; None means the one that ships with the package."""
    log_level: str = "info"
    zone: str = "UTC"
    """The brand's own time zone, for what is asked online, where there is no store."""
    currency: str = "EUR"
    """The brand's own currency, for what is asked online without a basket."""
    public_url: str | None = None
    """Where browsers reach the gateway when something stands before it, as in https://offers.example.com."""
    returns: Literal["clawback", "prorated"] = "prorated"
    """What is due for goods that come back: their share of the price, or what the kept ones leave of it."""
    webhook_networks: tuple[Network, ...] = ()
    """Networks of one's own that webhooks may be sent to, although they are not of the public internet."""
    kiosk_idle_s: int = 30
    """How long a kiosk shows a shopper's offers without a touch."""

    @property
    def secrets_file(self) -> Path:
        """Where pepper and envelope key are kept."""
        return self.secrets_path or self.home / "secrets.json"

    @property
    def pool_size(self) -> int:
        """Database connections one worker process may hold."""
        return self.threads_per_worker + 1


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in these variables (the process's own when none are given). Raises SettingsError naming
    the variable.

    O2O_HOME (default ./.o2o), DATABASE_URL, O2O_HOST, O2O_PORT, O2O_METRICS_PORT, O2O_WORKERS, O2O_THREADS,
    O2O_BACKGROUND_WORKERS, O2O_SECRETS_FILE, O2O_POLICY, O2O_LOG_LEVEL, O2O_ZONE, O2O_CURRENCY,
    O2O_PUBLIC_URL, O2O_RETURNS, O2O_WEBHOOK_NETWORKS, O2O_KIOSK_IDLE_S.
    """
    given = os.environ if environment is None else environment
    return Settings(
        home=Path(given.get("O2O_HOME") or ".o2o").absolute(),
        database_url=given.get("DATABASE_URL") or None,
        host=given.get("O2O_HOST") or "127.0.0.1",
        port=_number(given, "O2O_PORT", default=8000, least=1, most=65535),
        metrics_port=_number(given, "O2O_METRICS_PORT", default=8001, least=1, most=65535),
        workers=_number(given, "O2O_WORKERS", default=2, least=1, most=64),
        threads_per_worker=_number(given, "O2O_THREADS", default=4, least=1, most=64),
        background_workers=_number(given, "O2O_BACKGROUND_WORKERS", default=2, least=1, most=64),
        secrets_path=_path(given, "O2O_SECRETS_FILE"),
        policy_path=_path(given, "O2O_POLICY"),
        log_level=_choice(given, "O2O_LOG_LEVEL", "info", {"debug", "info", "warning", "error"}),
        zone=_zone(given, "O2O_ZONE"),
        currency=_currency(given, "O2O_CURRENCY"),
        public_url=_url(given, "O2O_PUBLIC_URL"),
        returns=_returns(given, "O2O_RETURNS"),
        webhook_networks=_networks(given, "O2O_WEBHOOK_NETWORKS"),
        kiosk_idle_s=_number(given, "O2O_KIOSK_IDLE_S", default=30, least=2, most=300),
    )


def _number(given: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = given.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingsError(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def _choice(given: Mapping[str, str], name: str, default: str, allowed: set[str]) -> str:
    text = (given.get(name) or default).lower()
    if text not in allowed:
        raise SettingsError(f"{name} must be one of {', '.join(sorted(allowed))}, not {text!r}")
    return text


def _path(given: Mapping[str, str], name: str) -> Path | None:
    text = given.get(name)
    return Path(text).absolute() if text else None


def _returns(given: Mapping[str, str], name: str) -> Literal["clawback", "prorated"]:
    text = _choice(given, name, "prorated", {"clawback", "prorated"})
    return "clawback" if text == "clawback" else "prorated"


def _zone(given: Mapping[str, str], name: str) -> str:
    text = given.get(name) or "UTC"
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(f"{name} must be a time zone such as Europe/Vienna, not {text!r}") from error


def _currency(given: Mapping[str, str], name: str) -> str:
    text = given.get(name) or "EUR"
    if len(text) != 3 or not text.isascii() or not text.isalpha() or not text.isupper():
        raise SettingsError(f"{name} must be an ISO 4217 code such as EUR, not {text!r}")
    return text


def _networks(given: Mapping[str, str], name: str) -> tuple[Network, ...]:
    listed = [text.strip() for text in (given.get(name) or "").split(",") if text.strip()]
    try:
        return tuple(ip_network(text) for text in listed)
    except ValueError as error:
        raise SettingsError(f"{name} must list networks such as 10.1.0.0/16: {error}") from error


def _url(given: Mapping[str, str], name: str) -> str | None:
    text = given.get(name)
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/") or parts.query:
        raise SettingsError(f"{name} must be an address such as https://offers.example.com, not {text!r}")
    return f"{parts.scheme}://{parts.netloc}"

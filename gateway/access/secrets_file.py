"""The keys that turn personal values into digests and envelopes. They live in one file, never in the
database.

Whoever has only the database (a dump, a replica, a stolen disk) can neither look a shopper up nor read her
values. The file holds numbered versions: new values are written under the newest, old ones stay readable
until they are rewritten, so a rotation is: add a version, let the worker rewrite, remove the old one.
"""

import contextlib
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

KEY_BYTES = 32

FIRST_TURN = (1, 1)
"""A source whose secret was never turned has its first one."""


class SecretsError(Exception):
    """The secrets file cannot be used."""


@dataclass(frozen=True, slots=True)
class SecretVersion:
    """One generation of keys: `pepper` for digests (HMAC), `envelope` for encryption. 32 bytes each."""

    pepper: bytes = field(repr=False)
    envelope: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Secrets:
    """All generations of keys; `current` is the number of the one that new values are written under."""

    current: int
    versions: Mapping[int, SecretVersion] = field(repr=False)
    token_turns: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By source, the oldest and the newest turn of its identity-token secret that is good."""

    @property
    def newest(self) -> SecretVersion:
        """The generation that new values are written under."""
        return self.versions[self.current]


def load_or_create(path: Path) -> Secrets:
    """The secrets in this file; made once, readable by its owner only, when there is none yet.

    Several processes may start at the same time: the file appears complete under its name, and whoever
    comes second reads the first one's.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _publish(path, Secrets(current=1, versions={1: _fresh()}))
    return load(path)


def load(path: Path) -> Secrets:
    """The secrets in this file. Raises SecretsError when others may read it or when it does not hold what
    it should.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise SecretsError(f"{path} may be read by others (mode {mode:04o}); set it to 0600")
        document = json.loads(path.read_text(encoding="ascii"))
        versions = {
            int(number): SecretVersion(bytes.fromhex(keys["pepper"]), bytes.fromhex(keys["envelope"]))
            for number, keys in document["versions"].items()
        }
        current = int(document["current"])
        turns = {
            source: (int(one[0]), int(one[1])) for source, one in document.get("token_turns", {}).items()
        }
    except OSError as error:
        raise SecretsError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise SecretsError(f"{path} is damaged; restore it from a backup") from error
    if current not in versions:
        raise SecretsError(f"{path} names version {current} as current but does not hold it")
    if any(
        len(key) != KEY_BYTES for version in versions.values() for key in (version.pepper, version.envelope)
    ):
        raise SecretsError(f"{path} holds a key that is not {KEY_BYTES} bytes long")
    return Secrets(current=current, versions=versions, token_turns=turns)


def rotate(path: Path) -> Secrets:
    """Adds a generation and makes it the current one; the earlier ones stay readable."""
    known = load(path)
    number = max(known.versions) + 1
    changed = replace(known, current=number, versions={**known.versions, number: _fresh()})
    _written(path, changed).replace(path)
    return load(path)


def turn_token_secret(path: Path, source: str, *, at_once: bool) -> Secrets:
    """Gives a source a new identity-token secret; the one before stays good unless it ends at once."""
    known = load(path)
    _, newest = known.token_turns.get(source, FIRST_TURN)
    oldest = newest + 1 if at_once else newest
    changed = replace(known, token_turns={**known.token_turns, source: (oldest, newest + 1)})
    _written(path, changed).replace(path)
    return load(path)


def _fresh() -> SecretVersion:
    return SecretVersion(pepper=secrets.token_bytes(KEY_BYTES), envelope=secrets.token_bytes(KEY_BYTES))


def _publish(path: Path, content: Secrets) -> None:
    written = _written(path, content)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(written, path)
    finally:
        written.unlink()


def _written(path: Path, content: Secrets) -> Path:
    """A finished, synced file beside `path`, readable by its owner only."""
    document = {
        "current": content.current,
        "versions": {
            str(number): {"pepper": keys.pepper.hex(), "envelope": keys.envelope.hex()}
            for number, keys in content.versions.items()
        },
        "token_turns": {source: list(turns) for source, turns in content.token_turns.items()},
    }
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    return beside

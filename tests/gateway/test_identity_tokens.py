"""Signed identity tokens."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from gateway import identity_tokens, secrets_file
from gateway.identity_tokens import Vouched
from gateway.secrets_file import Secrets

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    """Fresh keys of an installation."""
    return secrets_file.load_or_create(tmp_path / "secrets.json")


def _signed(secret: str, claims: object, *, alg: str = "HS256") -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    text = f"{part({'alg': alg, 'typ': 'JWT'})}.{part(claims)}"
    mac = hmac.digest(secret.encode(), text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _in_s(seconds: int) -> int:
    return int(NOW.timestamp()) + seconds


def test_a_token_of_the_source_vouches_for_the_account(secrets: Secrets) -> None:
    """The account, and the e-mail and phone inside, are what the shop's server says they are."""
    token = _signed(
        identity_tokens.secret(secrets, "web"), {"sub": "u1", "email": "a@example.org", "exp": _in_s(600)}
    )
    assert identity_tokens.verify(token, secrets, "web", now=NOW) == Vouched("u1", "a@example.org")


def test_a_token_still_holds_after_the_keys_were_rotated(secrets: Secrets, tmp_path: Path) -> None:
    """Pages that were served before a rotation go on working."""
    token = _signed(identity_tokens.secret(secrets, "web"), {"sub": "u1", "exp": _in_s(600)})
    rotated = secrets_file.rotate(tmp_path / "secrets.json")
    assert identity_tokens.verify(token, rotated, "web", now=NOW) == Vouched("u1")
    assert identity_tokens.secret(rotated, "web") != identity_tokens.secret(secrets, "web")


def test_a_token_of_another_source_vouches_for_nothing(secrets: Secrets) -> None:
    """Each source has a secret of its own."""
    token = _signed(identity_tokens.secret(secrets, "app"), {"sub": "u1", "exp": _in_s(600)})
    assert identity_tokens.verify(token, secrets, "web", now=NOW) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "u1", "exp": _in_s(-3600)},
        {"sub": "u1", "exp": _in_s(10 * 24 * 3600)},
        {"sub": "u1"},
        {"sub": "u1", "exp": "2099"},
        {"sub": "u1", "exp": True},
        {"sub": "", "exp": _in_s(600)},
        {"sub": 7, "exp": _in_s(600)},
        {"sub": "a\x00b", "exp": _in_s(600)},
        {"exp": _in_s(600)},
        [],
        "u1",
    ],
)
def test_a_token_without_a_short_life_and_an_account_is_refused(secrets: Secrets, claims: object) -> None:
    """A token that is good for ever would be a password in a page."""
    token = _signed(identity_tokens.secret(secrets, "web"), claims)
    assert identity_tokens.verify(token, secrets, "web", now=NOW) is None


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "e30.e30.", "ä.ö.ü", "x" * 5000, "e30.e30.e30.e30"]
)
def test_damaged_tokens_are_refused(secrets: Secrets, token: str) -> None:
    """Whatever it is, it does not raise."""
    assert identity_tokens.verify(token, secrets, "web", now=NOW) is None


@pytest.mark.parametrize("alg", ["none", "RS256", "hs256"])
def test_only_one_algorithm_is_believed(secrets: Secrets, alg: str) -> None:
    """A token cannot choose how it is checked."""
    token = _signed(identity_tokens.secret(secrets, "web"), {"sub": "u1", "exp": _in_s(600)}, alg=alg)
    assert identity_tokens.verify(token, secrets, "web", now=NOW) is None

"""Signed identity tokens."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.access import identity_tokens, secrets_file
from gateway.access.identity_tokens import Vouched
from gateway.access.secrets_file import Secrets
from gateway.commands.secrets import command

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


def test_a_turned_secret_leaves_the_one_before_good(tmp_path: Path) -> None:
    """Shops change their configuration after we do; of two turns the older one ends."""
    path = tmp_path / "secrets.json"
    asked = {"sub": "u1", "exp": _in_s(600)}
    known = [secrets_file.load_or_create(path)]
    known += [secrets_file.turn_token_secret(path, "web", at_once=False) for _ in range(2)]
    tokens = [_signed(identity_tokens.secret(each, "web"), asked) for each in known]
    held = [identity_tokens.verify(token, known[2], "web", now=NOW) is not None for token in tokens]
    assert held == [False, True, True]
    app = _signed(identity_tokens.secret(known[0], "app"), asked)
    assert identity_tokens.verify(app, known[2], "app", now=NOW) == Vouched("u1")


def test_a_leaked_secret_ends_at_once(tmp_path: Path) -> None:
    """What was signed with it vouches for nobody any more."""
    path = tmp_path / "secrets.json"
    leaked = identity_tokens.secret(secrets_file.load_or_create(path), "web")
    turned = secrets_file.turn_token_secret(path, "web", at_once=True)
    token = _signed(leaked, {"sub": "u1", "exp": _in_s(600)})
    assert identity_tokens.verify(token, turned, "web", now=NOW) is None


def test_secrets_are_shown_and_turned_by_command(tmp_path: Path) -> None:
    """On standard output the secret alone, so that it can be piped; a source nobody knows is refused."""
    environment = {"O2O_HOME": str(tmp_path), "O2O_SECRETS_FILE": ""}

    def said(*arguments: str) -> str:
        done = CliRunner().invoke(command, arguments, env=environment)
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    first = said("token", "web")
    assert len(first) == 64
    assert said("token", "web") == first
    turned = said("turn-token", "web", "--at-once")
    assert turned == said("token", "web") != first
    said("new-generation")
    assert said("token", "web") not in {first, turned}
    assert CliRunner().invoke(command, ["token", "nobody"], env=environment).exit_code == 2

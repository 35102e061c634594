import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from identity import policy
from identity.errors import PolicyError, UnknownSourceError


def shipped() -> dict[str, Any]:
    """The shipped policy as it is written."""
    raw = yaml.safe_load(policy.DEFAULT_PATH.read_text(encoding="utf-8"))
    assert isinstance(raw, dict)
    return raw


def test_the_shipped_policy_loads() -> None:
    """Types, sources and limits as documented."""
    loaded = policy.load()
    assert loaded.identifiers["loyalty_card"].strong
    assert not loaded.identifiers["email"].strong
    assert loaded.exclusive_types == ("driving_licence", "national_id", "passport", "tax_id")
    assert loaded.source("web").channel == "online"
    assert loaded.source("pos").channel == "store"


def test_an_unknown_source_is_told_the_known_ones() -> None:
    """Whoever misspelt it sees how it is spelt."""
    with pytest.raises(UnknownSourceError, match=r"'wep' is not known; known are app, callcenter, .*web"):
        policy.load().source("wep")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("component_bound",), 1, "policy.component_bound must be a whole number from 2"),
        (("component_bound",), "many", "not 'many'"),
        (("block_cap",), True, "policy.block_cap"),
        (("drop_lines_bits",), [4, 2], "rising"),
        (("colour",), "red", "policy: unknown field 'colour'"),
        (("identifiers", "email", "links"), "sometimes", "one of alone, names, second, account"),
        (("identifiers", "email", "limt"), 3, "identifiers.email: unknown field 'limt'"),
        (("identifiers", "email", "code"), 1, "identifiers: two entries have the same code"),
        (("identifiers", "block"), {}, "identifiers.block"),
        (("sources", "web", "channel"), "moon", "online, store"),
        (("sources", "web", "country"), "XX", "sources.web.country must be the two letters of a country"),
        (("sources", "web", "country"), "Austria", "such as AT, not 'Austria'"),
        (("sources",), {}, "policy.sources must be a mapping that is not empty"),
        (("survivorship", "given_nme"), ["trust"], "survivorship.given_nme: there is no such attribute"),
        (("survivorship", "street"), ["trust"], "survivorship.street: an address survives as a whole"),
        (("survivorship", "email"), ["trust"], "survivorship.email: there is no such attribute"),
        (("survivorship", "sex"), [], "survivorship.sex must list some of whole, trust"),
        (("version",), "", "policy.version must be a short text"),
    ],
)
def test_a_wrong_policy_is_refused_with_the_field(path: tuple[str, ...], value: object, message: str) -> None:
    """Nothing that was meant can be missed silently."""
    raw = shipped()
    section = raw
    for name in path[:-1]:
        section = section[name]
    section[path[-1]] = value
    with pytest.raises(PolicyError, match=re.escape(message)):
        policy.parse(raw)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, not YAML, or not a policy."""
    for content in (None, "a: [", "- 1", "version: Österreich"):
        path = tmp_path / "mine.yaml"
        if content is not None:
            path.write_text(content, encoding="latin-1")
        with pytest.raises(PolicyError, match=r"mine\.yaml"):
            policy.load(path)

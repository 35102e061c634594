"""A stranger who claims another shopper's identifiers joins nothing, learns nothing and dissolves nothing."""

from typing import Any

import pytest
import sqlalchemy as sa

from identity.answers import FoundStatus
from identity.model import Assurance
from identity.submission import Claim
from tests.identity.desk import Desk

IDS = {"email": "anna@example.at", "account_id": "u1", "loyalty_card": "9780000001"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber"}


@pytest.mark.parametrize("times", [1, 60])
def test_claiming_joins_and_dissolves_nothing(desk: Desk, times: int) -> None:
    """However often her e-mail is asserted, her profile stays whole and answers as before."""
    anna = desk.put("web", "u1", IDS, **ANNA)
    card = desk.put("loyalty", "c1", {"loyalty_card": "9780000001"}, **ANNA)
    before = desk.view(anna.record)
    for number in range(times):
        name: dict[str, Any] = {"given_name": f"Eve{number}", "family_name": f"Stranger{number}"}
        claimed = desk.put("segment", f"s{number}", IDS, proof=Assurance.ASSERTED, **name)
        assert claimed.profile == claimed.record
        assert claimed.outcome == "new"
        assert claimed.links == ()
    assert desk.view(anna.record) == before
    assert desk.view(card.record).limit_members == before.limit_members
    assert desk.find(email="anna@example.at").profile == anna.profile


def test_asserted_events_stay_with_the_browser(desk: Desk) -> None:
    """A browser that asserts her account, e-mail and card gets its own record; hers sees nothing of it."""
    anna = desk.put("web", "u1", IDS, **ANNA)
    claims = [Claim(kind, value, Assurance.ASSERTED) for kind, value in IDS.items()]
    browser = Claim("anonymous_id", "b1", Assurance.ASSERTED)
    owner = desk.happen("product_viewed", "web", browser, *claims, product="x")
    assert owner not in desk.view(anna.record).limit_members
    assert desk.happen("sign_in", "web", browser, *claims) not in desk.view(anna.record).limit_members


def test_a_browser_named_like_an_account_is_not_the_account(desk: Desk) -> None:
    """An anonymous id that equals somebody's record key leads to a record of its own."""
    anna = desk.put("web", "u1", IDS, **ANNA)
    owner = desk.happen("product_viewed", "web", Claim("anonymous_id", "u1", Assurance.ASSERTED))
    assert owner is not None
    assert owner != anna.record_no


def test_asserted_values_alone_own_nothing(desk: Desk) -> None:
    """An event that only asserts who it is belongs to nobody and stores nobody."""
    desk.put("web", "u1", IDS, **ANNA)
    assert desk.happen("product_viewed", "web", Claim("email", "anna@example.at", Assurance.ASSERTED)) is None
    assert desk.connection.scalar(sa.text("select count(*) from identity.record")) == 1


def test_a_later_proof_promotes(desk: Desk) -> None:
    """The same record from the shop's server links as it should."""
    anna = desk.put("loyalty", "c1", IDS, **ANNA)
    desk.put("web", "u1", IDS, proof=Assurance.ASSERTED, **ANNA)
    proved = desk.put("web", "u1", IDS, proof=Assurance.AUTHENTICATED, **ANNA)
    assert proved.outcome == "joined"
    assert desk.view(proved.record).limit_members == (anna.record_no, proved.record_no)
    assert desk.find(channel="store", email="anna@example.at").status is FoundStatus.KNOWN

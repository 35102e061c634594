"""A store with products, cards and campaigns, and tills that sell in it."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from gateway.access.security import Scope
from o2o_client import Place, Till
from o2o_client.journal import Journal
from o2o_client.memory import Memory
from o2o_client.sale import Desk
from o2o_client.wallet import Wallet
from tests.gateway.conftest import Caller, Clock
from tests.gateway.tills.wire import Wire

STORE = "0042"
CARDS = ("2000123", "2000456")
SCOPES = (Scope.QUERY, Scope.REDEEM, Scope.INGEST)


def furnish(back: Caller) -> None:
    """The store, a product, and shoppers with cards."""
    store = {"name": "Graben", "zone": "Europe/Vienna", "currency": "EUR", "country": "AT"}
    assert back("PUT", f"/v1/stores/{STORE}", store).status_code == 200
    product = {"sku": "SW-1", "title": "Sweater", "price": 5000, "currency": "EUR"}
    assert back("PUT", "/v1/products", {"products": [product]}).status_code == 200
    stock = {"stock": [{"store": STORE, "sku": "SW-1", "quantity": "9"}]}
    assert back("PUT", "/v1/stock", stock).status_code == 200
    for number, card in enumerate(CARDS):
        body = {
            "attributes": {"given_name": f"Anna{number}", "family_name": f"Maier{number}"},
            "identifiers": [{"type": "loyalty_card", "value": card, "assurance": "verified"}],
        }
        assert back("PUT", f"/v1/records/loyalty/{card}", body).status_code == 201


def campaign(back: Caller, name: str, *, percent: int = 10, limits: str = "") -> None:
    """A live campaign for everything, with these limits in YAML."""
    document = (
        f"campaign: {name}\nname: {name}\ntrigger: always\nreward: {{percent: {percent}%}}\n"
        f"messages: {{all: {{en: {{title: Less}}}}}}\n{limits}"
    )
    headers = {"Content-Type": "application/yaml"}
    assert back("PUT", f"/v1/campaigns/{name}", data=document, headers=headers).status_code == 200
    assert back("POST", f"/v1/campaigns/{name}/activate", {}).status_code == 200


@dataclass
class Counter:
    """A till with its wire; `restart` is what a crash and a new start come to."""

    folder: Path
    terminal: str
    wire: Wire
    clock: Clock
    skew: dt.timedelta = dt.timedelta()
    till: Till | None = None

    def now(self) -> dt.datetime:
        """The till's clock, which may be off."""
        return self.clock.now + self.skew

    def restart(self) -> Till:
        """Let go of everything in memory and start from the journal."""
        if self.till is not None:
            self.till.close()
        journal = Journal(self.folder / "journal.log")
        desk = Desk(
            journal=journal,
            memory=Memory.of(journal.records),
            transport=self.wire,
            wallet=Wallet(self.folder / "offers.json"),
            currency="EUR",
            now=self.now,
        )
        self.till = Till(Place(STORE, self.terminal), desk)
        return self.till


def given(connection: Connection, day: dt.date, terminal: str | None = None) -> dict[str, int]:
    """What the ledger booked on a day, by offer: committed, whatever came back later."""
    rows = connection.execute(
        text("""
            SELECT i.offer, sum(i.granted_minor)
              FROM offers.redemption_item AS i JOIN offers.redemption AS r USING (redemption_no)
             WHERE i.state IN ('committed', 'returned') AND i.unit = 'money' AND r.business_day = :day
               AND (CAST(:terminal AS text) IS NULL OR r.terminal = :terminal)
             GROUP BY i.offer
        """),
        {"day": day, "terminal": terminal},
    )
    return {row[0]: int(row[1]) for row in rows}


def unbooked(connection: Connection) -> list[tuple[object, ...]]:
    """Budgets that are not the sums of their items, and uses that are not their number: none, ever."""
    rows = connection.execute(
        text("""
            SELECT c.id, k.kind, k.taken, k.over, sums.money, sums.uses
              FROM offers.capacity AS k JOIN offers.campaign AS c USING (campaign_no)
             CROSS JOIN LATERAL (
                 SELECT coalesce(sum(i.granted_minor - i.returned_minor), 0) AS money,
                        count(DISTINCT i.redemption_no) AS uses
                   FROM offers.redemption_item AS i
                  WHERE i.campaign_no = k.campaign_no AND i.state IN ('reserved', 'committed')
                    AND EXISTS (SELECT FROM offers.hold AS h WHERE h.redemption_no = i.redemption_no
                                                               AND h.capacity_no = k.capacity_no
                                UNION ALL
                                SELECT FROM offers.claim AS m WHERE m.redemption_no = i.redemption_no
                                                                AND m.capacity_no = k.capacity_no)) AS sums
             WHERE k.kind = 3 AND k.taken + k.over <> sums.money
                OR k.kind = 2 AND k.taken + k.over <> sums.uses
        """)
    )
    return [tuple(row) for row in rows]

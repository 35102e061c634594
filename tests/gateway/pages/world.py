"""One store and a few shoppers for the kiosk to meet, written through the services that the door uses."""

import datetime as dt

from sqlalchemy import Connection

from gateway.wiring import Services
from identity.model import Assurance
from identity.register import records
from identity.submission import Claim, Statement, Submission
from offers.interests import interest
from offers.interests.interest import Touch
from offers.marketing import campaign_format, campaigns
from offers.marketing.campaign import Campaign
from offers.marketing.campaigns import Author
from offers.retailer import products, stores
from offers.retailer.shop import Article, Shelf, Store

STORE = Store(code="0042", name="Wien Mariahilf", zone="Europe/Vienna", currency="EUR", country="AT")
SECOND_STORE = Store(code="0043", name="Wien Landstraße", zone="Europe/Vienna", currency="EUR", country="AT")
"""Where nothing is on offer for everybody."""

ADA, BEN, EVE, DORA = "2900000000017", "2900000000024", "2900000000031", "2900000000048"
"""Cards. Ada agreed and wants something, Ben agreed and wants nothing, Eve wants something and agreed to
nothing, Dora wants much.
"""
NOBODY = "2900000009999"
ADA_EMAIL, ADA_PHONE, ADA_NAME = "ada.schmid@example.org", "+436641234567", ("Adalberta", "Schmidmayr")

SWEATER = Article(
    sku="SWEATER-M",
    title="Merino sweater, ocean blue, M",
    category="clothing/knitwear",
    currency="EUR",
    price_minor=7990,
)
SHOES = Article(
    sku="SHOES-42",
    title="Trail running shoes, 42",
    category="sports/shoes",
    currency="EUR",
    price_minor=12900,
)
BOTTLE = Article(
    sku="BOTTLE-075",
    title="Stainless steel bottle, 0.75 l",
    category="household",
    currency="EUR",
    price_minor=2490,
)
TEST_KIT = Article(
    sku="TEST-KIT",
    title="Very private test kit",
    category="health/tests",
    currency="EUR",
    price_minor=1990,
    sensitive=True,
)
ESPRESSO = Article(
    sku="ESPRESSO-1KG", title="Espresso beans, 1 kg", category="coffee", currency="EUR", price_minor=1699
)

IN_THE_CART = b"""
campaign: left-in-your-cart
name: Left in your cart
trigger:
  interest: {kinds: [carted], minimum_age: 1h, maximum_age: 21d}
scope: {wanted: item}
reward: {percent: 20%}
conditions: {channels: [till, kiosk, web, app]}
messages:
  all:
    en:
      title: "{product}, it was in your cart"
      text: "It was in your cart."
      neutral: "{product}: today in this store"
    de:
      title: "{product}, es lag im Warenkorb"
      text: "Es lag im Warenkorb."
      neutral: "{product}: heute in dieser Filiale"
"""

FOR_ALL = """
campaign: coffee-days
name: Coffee days
trigger: always
scope: {categories: [coffee]}
reward: {percent: 10%}
conditions: {channels: [till, kiosk], stores: ["0042"]}
messages:
  all:
    en: {title: "10% off all coffee", text: "Freshly roasted, all week long."}
    de: {title: "10 % auf Kaffee", text: "Frisch geröstet, die ganze Woche."}
"""


def build(connection: Connection, services: Services) -> None:
    """The store, what it sells, its campaigns and its shoppers."""
    now = services.clock()
    stores.put(connection, [STORE, SECOND_STORE])
    articles = [SWEATER, SHOES, BOTTLE, TEST_KIT, ESPRESSO]
    products.put(connection, articles)
    products.put_stock(connection, [Shelf("0042", article.sku, 5000) for article in articles])
    author = Author(name="test", at=now)
    for document in (IN_THE_CART, FOR_ALL.encode()):
        campaign = campaign_format.parse(document)
        assert isinstance(campaign, Campaign), campaign
        campaigns.apply(connection, campaign, author)
        campaigns.activate(connection, campaign.id, author)
    _shopper(
        connection, services, card=ADA, account="ada", agreed=True, wants=[SWEATER.sku, TEST_KIT.sku], now=now
    )
    _shopper(connection, services, card=BEN, account="ben", agreed=True, wants=[], now=now)
    everything = [SWEATER.sku, SHOES.sku, BOTTLE.sku]
    _shopper(connection, services, card=DORA, account="dora", agreed=True, wants=everything, now=now)
    _shopper(connection, services, card=EVE, account="eve", agreed=False, wants=[SWEATER.sku], now=now)


def _shopper(
    connection: Connection,
    services: Services,
    *,
    card: str,
    account: str,
    agreed: bool,
    wants: list[str],
    now: dt.datetime,
) -> None:
    email = Claim("email", ADA_EMAIL if account == "ada" else f"{account}@example.org", Assurance.VERIFIED)
    name = dict(zip(("given_name", "family_name"), ADA_NAME, strict=True)) if account == "ada" else {}
    agreement = [
        Statement(purpose, granted=True, at=now - dt.timedelta(days=30), evidence="form")
        for purpose in ("cross_channel", "personal_offers")
        if agreed
    ]
    online = records.put(
        connection,
        services.identity,
        Submission(
            source="web",
            key=account,
            attributes=name,
            identifiers=[Claim("account_id", account, Assurance.AUTHENTICATED), email],
            consents=agreement,
            observed_at=now - dt.timedelta(days=60),
            proof=Assurance.VERIFIED,
        ),
        now=now,
    )
    phone = [Claim("phone", ADA_PHONE, Assurance.VERIFIED)] if account == "ada" else []
    records.put(
        connection,
        services.identity,
        Submission(
            source="loyalty",
            key=card,
            attributes=name,
            identifiers=[Claim("loyalty_card", card, Assurance.SCANNED), email, *phone],
            observed_at=now - dt.timedelta(days=90),
            proof=Assurance.VERIFIED,
        ),
        now=now,
    )
    carted_at_s = int((now - dt.timedelta(days=2)).timestamp())
    numbers = products.numbers(connection, wants)
    interest.apply(
        connection, [Touch(online.record_no, number, "carted", carted_at_s) for number in numbers.values()]
    )

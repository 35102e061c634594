"""Other systems in their own languages: online events, feeds, tills' logs; and who is told what happens."""

from typing import Any

from tests.gateway.golden_step import ANNA, Step

CSV = "text/csv"
SALE = """<?xml version="1.0" encoding="utf-8"?>
<POSLog MajorVersion="6" xmlns="http://www.nrf-arts.org/IXRetail/namespace/">
<Transaction><BusinessUnit><UnitID>0042</UnitID></BusinessUnit><WorkstationID>09</WorkstationID>
<SequenceNumber>1</SequenceNumber><BusinessDayDate>2026-11-20</BusinessDayDate>
<EndDateTime>2026-11-20T17:30:00</EndDateTime><RetailTransaction>
<LineItem><SequenceNumber>1</SequenceNumber><Sale><ItemID>MUG-1</ItemID>
<ExtendedAmount Currency="EUR">9.95</ExtendedAmount><Quantity>1</Quantity></Sale></LineItem>
</RetailTransaction></Transaction>
<Transaction><BusinessUnit><UnitID>9999</UnitID></BusinessUnit><WorkstationID>01</WorkstationID>
<SequenceNumber>2</SequenceNumber><BusinessDayDate>2026-11-20</BusinessDayDate>
<EndDateTime>2026-11-20T17:31:00</EndDateTime><RetailTransaction/></Transaction>
</POSLog>
"""
BEN = {"userId": "ben-1", "anonymousId": "browser-2", "timestamp": "2026-11-21T09:58:00Z"}
VIEWED = {"event": "Product Viewed", **BEN, "properties": {"sku": "MUG-1"}}
PAGE = {"name": "Home", **BEN, "properties": {"path": "/", "title": "Anna knits"}}
GROUP = {"groupId": "club-7", **BEN, "traits": {"name": "Knitting club"}}
ALIAS = {"previousId": "browser-2", "userId": "ben-1", "timestamp": "2026-11-21T09:58:00Z"}
TRAITS = {**BEN, "traits": {"email": "ben@example.org", "firstName": "Ben"}}
TOLD: dict[str, tuple[str, dict[str, Any]]] = {
    "track": ("Something was done", VIEWED),
    "t": ("Something was done, for short", VIEWED),
    "identify": ("What is known of an account", TRAITS),
    "i": ("What is known of an account, for short", TRAITS),
    "page": ("A page was seen", PAGE),
    "p": ("A page was seen, for short", PAGE),
    "screen": ("A screen of the app was seen", PAGE),
    "s": ("A screen of the app was seen, for short", PAGE),
    "group": ("She belongs to a group", GROUP),
    "g": ("She belongs to a group, for short", GROUP),
    "alias": ("Browser and account are one visitor", ALIAS),
    "a": ("Browser and account are one visitor, for short", ALIAS),
    "b": ("Several messages, for short", {"batch": [{"type": "track", **VIEWED}]}),
    "import": ("Several messages of the past", {"batch": [{"type": "track", **VIEWED}]}),
}
"""The paths of Segment's clients that no other step takes."""


def _told(operation: str, address: str, known: frozenset[str]) -> list[Step]:
    """One message to each path of an address."""
    return [
        Step(
            f"{operation}_{path}.ben",
            title,
            "shop",
            "POST",
            f"{address}/{path}",
            {"messageId": f"{operation}-{path}", **body},
        )
        for path, (title, body) in TOLD.items()
        if path not in known
    ]


HOOK = {"url": "https://crm.example/hook", "kinds": ["profile.joined", "profile.split", "profile.erased"]}

STEPS = [
    Step(
        "segment_identify.traits",
        "What the shop's server knows of an account",
        "shop",
        "POST",
        "/v1/segment/v1/identify",
        {
            "messageId": "m4",
            **ANNA,
            "traits": {"email": "anna.mueller@example.org", "phone": "+436641234567"},
        },
    ),
    Step(
        "segment_host_batch.php",
        "The same from a client that can be told a host and no path",
        "shop",
        "POST",
        "/v1/batch",
        {
            "batch": [
                {
                    "type": "track",
                    "event": "Order Completed",
                    "messageId": "m5",
                    **ANNA,
                    "properties": {"order_id": "1001", "products": [{"sku": "MUG-1", "quantity": "2"}]},
                },
                {"type": "track", "event": "Product Viewed", "messageId": "m6"},
            ],
            "sentAt": "2026-11-21T10:00:00.000Z",
        },
    ),
    Step(
        "take_products.csv",
        "A product feed of the retailer's own making",
        "back",
        "POST",
        "/v1/connectors/products?map=sku=Artikelnummer,title=Bezeichnung,price=Preis&as_of=2026-11-21T03:00:00Z",
        "Artikelnummer;Bezeichnung;Preis\nSC-1;Scarf;24,90\n;without a number;1\n",
        mimetype=CSV,
    ),
    Step(
        "take_products.outdated",
        "Yesterday's feed, come late",
        "back",
        "POST",
        "/v1/connectors/products?as_of=2026-11-20T03:00:00Z",
        "id,title,price\nSC-1,Scraf,22.90 EUR\n",
        mimetype=CSV,
    ),
    Step(
        "take_stock.csv",
        "What two stores have at hand",
        "back",
        "POST",
        "/v1/connectors/stock?as_of=2026-11-21T03:00:00Z",
        "store_code,id,quantity\n0042,SC-1,7\n9999,SC-1,2\n",
        mimetype=CSV,
    ),
    Step(
        "take_poslog.day",
        "Two transactions, one of them from a store nobody knows",
        "till",
        "POST",
        "/v1/connectors/poslog",
        SALE,
        mimetype="application/xml",
    ),
    Step(
        "add_webhook.crm", "Tell the CRM", "back", "POST", "/v1/webhooks", HOOK, 201, keep=(("hook", "id"),)
    ),
    Step(
        "add_webhook.plain",
        "Not over plain http",
        "back",
        "POST",
        "/v1/webhooks",
        {**HOOK, "url": "http://crm.example/hook"},
        422,
    ),
    Step("list_webhooks.all", "Who is told", "back", "GET", "/v1/webhooks"),
    Step(
        "change_webhook.fewer",
        "Tell it less",
        "back",
        "PUT",
        "/v1/webhooks/{hook}",
        {"url": HOOK["url"], "kinds": ["profile.erased"], "enabled": True},
    ),
    Step("read_webhook.crm", "An address", "back", "GET", "/v1/webhooks/{hook}"),
    Step("list_webhook_messages.dead", "What nobody took", "back", "GET", "/v1/webhooks/{hook}/messages"),
    Step(
        "replay_webhook_messages.all",
        "Send all of it again",
        "back",
        "POST",
        "/v1/webhooks/{hook}/replay",
        {"messages": []},
    ),
    Step("rotate_webhook_secret.crm", "A new secret", "back", "POST", "/v1/webhooks/{hook}/rotate"),
    Step("remove_webhook.crm", "Tell it nothing more", "back", "DELETE", "/v1/webhooks/{hook}", status=204),
    *_told("segment", "/v1/segment/v1", frozenset({"t", "identify"})),
    *_told("segment_host", "/v1", frozenset()),
]

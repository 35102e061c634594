"""What is known about a shopper, and where from."""

from tests.gateway.golden_step import ANNA, EMAIL, NOW, Step

STEPS = [
    Step(
        "segment_batch.visit",
        "Anna signs in and fills her cart",
        "shop",
        "POST",
        "/v1/segment/v1/batch",
        {
            "batch": [
                {
                    "type": "identify",
                    "messageId": "m1",
                    **ANNA,
                    "traits": {
                        "email": "anna.mueller@example.org",
                        "firstName": "Anna",
                        "lastName": "Müller",
                    },
                },
                {
                    "type": "track",
                    "event": "Product Added",
                    "messageId": "m2",
                    **ANNA,
                    "properties": {"sku": "SW-1", "quantity": 1},
                },
            ],
            "sentAt": NOW,
        },
    ),
    Step(
        "segment_t.view",
        "A product was viewed",
        "shop",
        "POST",
        "/v1/segment/v1/t",
        {"event": "Product Viewed", "messageId": "m3", **ANNA, "properties": {"sku": "SW-1"}},
    ),
    Step(
        "put_record.joined",
        "A loyalty card with an e-mail that is known",
        "back",
        "PUT",
        "/v1/records/loyalty/2000123",
        {
            "attributes": {"given_name": "Anna", "family_name": "Mueller", "postcode": "1010"},
            "identifiers": [{"type": "loyalty_card", "value": "2000123", "assurance": "verified"}, EMAIL],
            "consents": [
                {
                    "purpose": "cross_channel",
                    "granted": True,
                    "at": "2026-11-20T16:30:00+01:00",
                    "evidence": "form L-7, signed at the till",
                }
            ],
            "observed_at": "2026-11-20T16:30:00+01:00",
        },
        keep=(("profile", "profile"), ("card", "record")),
    ),
    Step("read_record.card", "The record as it is stored", "back", "GET", "/v1/records/loyalty/2000123"),
    Step(
        "look_up_profile.known",
        "Known by the card",
        "back",
        "POST",
        "/v1/profiles/lookup",
        {"identifiers": [{"type": "loyalty_card", "value": "2000123"}]},
    ),
    Step(
        "look_up_profile.unknown",
        "Nobody has this number",
        "back",
        "POST",
        "/v1/profiles/lookup",
        {"identifiers": [{"type": "phone", "value": "+43 660 1234567"}], "hint": {"postcode": "1010"}},
    ),
    Step(
        "read_profile.anna",
        "The profile and whose word each value is",
        "back",
        "GET",
        "/v1/profiles/{profile}",
    ),
    Step("read_members.anna", "Its records", "back", "GET", "/v1/profiles/{profile}/records"),
    Step("explain_profile.anna", "How it came together", "back", "GET", "/v1/profiles/{profile}/how"),
    Step(
        "explain_pair.anna",
        "Why two records are one shopper",
        "back",
        "GET",
        "/v1/why?left={profile}&right={card}",
    ),
    Step("read_consents.anna", "What she allows", "back", "GET", "/v1/profiles/{profile}/consents"),
    Step(
        "put_preferences.anna",
        "Not this campaign for a month, no socks, nothing personal on the kiosk",
        "back",
        "PUT",
        "/v1/profiles/{profile}/preferences",
        {
            "hidden": [
                {"kind": "campaign", "subject": "spring", "until": "2026-12-21T10:00:00Z"},
                {"kind": "category", "subject": "clothes/socks"},
            ],
            "quiet_channels": ["kiosk"],
            "gifts": [{"sku": "TEDDY-1"}],
        },
    ),
    Step(
        "read_preferences.anna",
        "How she wants to be treated",
        "back",
        "GET",
        "/v1/profiles/{profile}/preferences",
    ),
    Step(
        "read_recommendations.anna",
        "What the shop's own pages may recommend",
        "back",
        "GET",
        "/v1/profiles/{profile}/recommendations?limit=3&store=0042",
    ),
    Step(
        "preview_campaign.live",
        "Whom the campaign would reach now",
        "back",
        "POST",
        "/v1/campaigns/wanted-online/preview",
        {"store": "0042"},
    ),
]
